// http/detail/request_reader.hpp: bytes in, one request out; no sockets.
//
// The connection hands it whatever has arrived and asks what it made of it. The outcome does not
// depend on how the bytes were split: the fuzzer and the tests hold it to that.
#pragma once
#include <cstdint>
#include <optional>
#include <string>

#include "headroom/http/detail/chunk_reader.hpp"
#include "headroom/http/detail/head.hpp"
#include "headroom/http/detail/head_scanner.hpp"

namespace headroom::http::detail {

class request_reader {
public:
    enum class state { head, body, complete, failed };

    explicit request_reader(const limits& bounds)
        : bounds_(&bounds), scanner_(bounds), chunks_(bounds) {}

    /// Reads on and returns how many of `bytes` it took; fewer than all when the request is
    /// complete (the rest is the next one's) or at fault.
    std::size_t read(std::string_view bytes);

    state at() const noexcept { return at_; }
    /// Some byte of the request has arrived; an empty line before it is none of its.
    bool begun() const noexcept { return scanner_.begun(); }
    /// Set when failed.
    const std::optional<fault>& failed() const noexcept { return failed_; }
    /// Complete from state::body on; when failed, as far as it was understood.
    const detail::head& head() const noexcept { return head_; }
    std::string& body() noexcept { return body_; }
    /// Bytes of this request so far, of head and body.
    std::uint64_t bytes() const noexcept { return bytes_; }
    /// Bytes of the body on the wire so far.
    std::uint64_t body_bytes() const noexcept { return bytes_ - head_text_.size(); }

    /// Forgets the request, keeps the memory; views into its head end here.
    void reset();

private:
    void read_head(std::string_view bytes);
    void begin_body();
    std::size_t read_body(std::string_view bytes);
    void fail(const fault& why);

    const limits* bounds_;
    state at_ = state::head;
    head_scanner scanner_;
    chunk_reader chunks_;
    std::string head_text_, body_;
    detail::head head_;
    std::uint64_t bytes_ = 0;
    std::optional<fault> failed_;
};

}  // namespace headroom::http::detail
