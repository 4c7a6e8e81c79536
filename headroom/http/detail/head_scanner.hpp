// http/detail/head_scanner.hpp: finds the end of a block of lines, byte by byte and within bounds.
//
// Decides what can be decided before a line means anything: where it ends (CR LF and nothing
// else), which bytes may not occur, and whether it has grown too long. What it lets through holds
// no control character but HTAB and the line ends, so the parser behind it need not ask again.
#pragma once
#include <optional>
#include <string_view>

#include "headroom/http/detail/fault.hpp"
#include "headroom/http/settings.hpp"

namespace headroom::http::detail {

class head_scanner {
public:
    /// A head is a request line and fields; a trailer is fields alone, and may be empty.
    enum class block { head, trailer };

    explicit head_scanner(const limits& bounds, block what = block::head)
        : bounds_(&bounds), what_(what) {}

    /// Looks at further bytes and returns how many belong to the block: all of them, unless it
    /// ends among them or is at fault. The answer does not depend on how the bytes were split.
    std::size_t scan(std::string_view bytes);

    /// More than the empty lines that may stand before a request has arrived.
    bool begun() const noexcept { return lines_ > 0 || line_bytes_ > 0; }
    bool complete() const noexcept { return complete_; }
    const std::optional<fault>& failed() const noexcept { return failed_; }

private:
    void grow(std::size_t by);
    void end_line();
    void refuse(std::string_view detail, unsigned status = 400) { failed_ = fault{status, detail}; }

    const limits* bounds_;
    block what_;
    bool complete_ = false, after_cr_ = false;
    std::size_t line_bytes_ = 0;   // of the present line
    std::size_t field_bytes_ = 0;  // of all field lines
    std::size_t lines_ = 0, blank_lines_ = 0;
    std::optional<fault> failed_;
};

}  // namespace headroom::http::detail
