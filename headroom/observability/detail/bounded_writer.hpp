// observability/detail/bounded_writer.hpp: writes lines to a pipe that may have no reader.
#pragma once
#include <chrono>
#include <string_view>

namespace headroom::observability::detail {

/// Not thread-safe: its sink serialises the calls. The descriptor outlives it and keeps its mode,
/// which it may share with other processes.
class bounded_writer {
public:
    bounded_writer(int descriptor, std::chrono::milliseconds wait_max)
        : descriptor_(descriptor), wait_max_(wait_max) {}

    /// False when the line, or a part of it, had to be dropped.
    bool write(std::string_view line);

private:
    bool write_all(std::string_view text, std::chrono::steady_clock::time_point until);
    bool wait_writable(std::chrono::steady_clock::time_point until) const;

    const int descriptor_;
    const std::chrono::milliseconds wait_max_;
    bool stuck_ = false;  // the last write was dropped: do not wait again
    bool cut_ = false;    // the last line has no end
};

}  // namespace headroom::observability::detail
