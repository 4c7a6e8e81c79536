#include "headroom/http/detail/head_scanner.hpp"

#include "headroom/http/detail/grammar.hpp"

namespace headroom::http::detail {
namespace {

// RFC 9112 section 2.2: old clients send one line end too many after a body.
constexpr std::size_t leading_blank_lines_max = 1;

}  // namespace

std::size_t head_scanner::scan(std::string_view bytes) {
    std::size_t at = 0;
    while (at < bytes.size() && !complete_ && !failed_) {
        if (after_cr_) {
            if (bytes[at] != '\n') {
                refuse("A carriage return stands alone.");
                break;
            }
            ++at;
            end_line();
            continue;
        }
        const auto from = at;
        while (at < bytes.size() && is(bytes[at], text_char)) ++at;
        grow(at - from);
        if (at == bytes.size() || failed_) break;
        if (bytes[at] != '\r') {
            refuse(bytes[at] == '\n' ? "A line feed stands alone."
                                     : "The head holds a control character.");
            break;
        }
        ++at;
        after_cr_ = true;
    }
    return at;
}

void head_scanner::grow(std::size_t by) {
    line_bytes_ += by;
    if (what_ == block::head && lines_ == 0) {
        if (line_bytes_ > bounds_->request_line_max) refuse("The request line is too long.", 414);
        return;
    }
    field_bytes_ += by;
    if (field_bytes_ >
        (what_ == block::head ? bounds_->header_bytes_max : bounds_->trailer_bytes_max))
        refuse("The header fields are too large.", 431);
}

void head_scanner::end_line() {
    after_cr_ = false;
    if (line_bytes_ == 0) {
        complete_ = lines_ > 0 || what_ == block::trailer;
        if (!complete_ && ++blank_lines_ > leading_blank_lines_max)
            refuse("Empty lines stand where a request should begin.");
        return;
    }
    line_bytes_ = 0;
    ++lines_;
    const auto fields = lines_ - (what_ == block::head ? 1 : 0);
    if (fields > bounds_->fields_max) refuse("There are too many header fields.", 431);
}

}  // namespace headroom::http::detail
