// http/detail/send_buffer.hpp: what a client is still to be sent.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace headroom::http::detail {

/// Bytes in the order in which they go out, forgotten once the client has taken them, although it
/// may go on taking and yet never have all of them. Not thread-safe.
class send_buffer {
public:
    static constexpr std::size_t taken_bytes_max = 64 * 1024;  ///< without a drop, see `take`

    /// To append to, and to nothing else with: what stands in it may have been sent.
    std::string& text() noexcept { return text_; }
    /// Valid until the next append or take.
    std::string_view unsent() const noexcept {
        return {text_.data() + taken_, text_.size() - taken_};
    }
    bool empty() const noexcept { return taken_ == text_.size(); }
    /// Bytes of memory, sent or not.
    std::size_t capacity() const noexcept { return text_.capacity(); }

    /// The client has the first `bytes` of `unsent`. What it has is dropped once it is more than
    /// `taken_bytes_max` and no less than what is left to move.
    void take(std::size_t bytes);

private:
    std::string text_;
    std::size_t taken_ = 0;
};

}  // namespace headroom::http::detail
