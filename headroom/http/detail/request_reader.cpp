#include "headroom/http/detail/request_reader.hpp"

#include <algorithm>

namespace headroom::http::detail {
namespace {

// Kept from one request to the next; a larger body is given back to the system.
constexpr std::size_t kept_bytes_max = 16 * 1024;

}  // namespace

std::size_t request_reader::read(std::string_view bytes) {
    std::size_t used = 0;
    if (at_ == state::head) {
        used = scanner_.scan(bytes);
        read_head(bytes.substr(0, used));
    }
    if (at_ == state::body) used += read_body(bytes.substr(used));
    bytes_ += used;
    return used;
}

void request_reader::read_head(std::string_view bytes) {
    head_text_.append(bytes);
    if (scanner_.failed()) return fail(*scanner_.failed());
    if (!scanner_.complete()) return;
    if (auto read = parse_head(head_text_, head_); !read) return fail(read.error());
    begin_body();
}

void request_reader::begin_body() {
    const auto& frame = head_.frame;
    at_ = frame.body == framing::kind::none ? state::complete : state::body;
    if (frame.body != framing::kind::length) return;
    if (frame.length > bounds_->body_max) return fail({413, "The body is too large."});
}

std::size_t request_reader::read_body(std::string_view bytes) {
    if (head_.frame.body == framing::kind::chunked) {
        const auto used = chunks_.read(bytes, body_);
        if (chunks_.failed()) fail(*chunks_.failed());
        if (chunks_.complete() && at_ != state::failed) at_ = state::complete;
        return used;
    }
    const auto missing = static_cast<std::size_t>(head_.frame.length) - body_.size();
    const auto part = bytes.substr(0, missing);
    body_.append(part);
    if (part.size() == missing) at_ = state::complete;
    return part.size();
}

void request_reader::fail(const fault& why) {
    at_ = state::failed;
    failed_ = why;
}

void request_reader::reset() {
    at_ = state::head;
    scanner_ = head_scanner(*bounds_);
    if (head_.frame.body == framing::kind::chunked) chunks_ = chunk_reader(*bounds_);
    head_.clear();
    head_text_.clear();
    body_.clear();
    if (body_.capacity() > kept_bytes_max) body_.shrink_to_fit();
    if (head_text_.capacity() > kept_bytes_max) head_text_.shrink_to_fit();
    bytes_ = 0;
    failed_.reset();
}

}  // namespace headroom::http::detail
