// http/response.hpp: what a handler answers.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headroom/http/body_stream.hpp"
#include "headroom/http/problem.hpp"

namespace headroom::http {
namespace detail {

struct websocket_upgrade;

/// What follows the head of an answer that is not whole yet: one of the two.
struct continuation {
    virtual ~continuation() = default;
    virtual body_stream* stream() noexcept { return nullptr; }
    virtual websocket_upgrade* websocket() noexcept { return nullptr; }
};

}  // namespace detail

/// A status, fields and a body, or a problem. Move-only value. The server adds Date,
/// Content-Length or Transfer-Encoding, Connection and X-Request-Id, and leaves the body out for
/// HEAD.
class response {
public:
    response() = default;  ///< 204
    explicit response(unsigned status) : status_(status) {}
    /// So that a handler can `co_return problem{404, "No such key."};`
    response(problem why);  // NOLINT(google-explicit-constructor)

    /// `json`: serialised already.
    static response json(std::string json, unsigned status = 200);
    static response text(std::string text, unsigned status = 200);
    static response empty(unsigned status = 204) { return response(status); }
    static response body(std::string_view content_type, std::string bytes, unsigned status = 200);

    /// A body that is made while it is sent. Asserts a status that has one.
    static response stream(std::string_view content_type, body_stream of, unsigned status = 200);
    static response stream(std::string_view content_type, piece_source next,
                           unsigned status = 200) {
        return stream(content_type, body_stream{.next = std::move(next)}, status);
    }

    unsigned status() const noexcept { return status_; }
    const std::string& body() const noexcept { return body_; }
    std::string_view content_type() const noexcept {
        return content_type_.empty() ? usual_type_ : std::string_view(content_type_);
    }
    /// Of body(), or of the one that a 304 stands for.
    std::size_t body_bytes() const noexcept { return body_.size() + left_out_; }
    /// Where the body comes from instead of body(), or null.
    body_stream* streamed() const noexcept { return rest_ ? rest_->stream() : nullptr; }

    /// What the connection becomes, or null: see upgrade() of http/websocket.hpp.
    detail::websocket_upgrade* upgraded() const noexcept {
        return rest_ ? rest_->websocket() : nullptr;
    }
    /// It is not whole with its head.
    bool goes_on() const noexcept { return rest_ != nullptr; }
    void go_on_as(std::unique_ptr<detail::continuation> rest) noexcept { rest_ = std::move(rest); }

    /// Adds a field. Throws std::invalid_argument when the name is no token, the value holds a line
    /// end or another control character, or the field is one the server writes itself.
    response& with(std::string_view name, std::string_view value);
    const std::vector<std::pair<std::string, std::string>>& added() const noexcept {
        return added_;
    }

    /// 304 instead of the body, for a client that has it: caches are told of it what they would be
    /// told of the whole answer. Asserts that it is whole with its head.
    void leave_out_known();

    /// Never compressed: for an answer that holds a secret, see http/compression.hpp.
    response& keep_plain() noexcept {
        plain_ = true;
        return *this;
    }
    bool kept_plain() const noexcept { return plain_; }

    /// The problem it was made from, or null. Rendered late, by the server.
    const problem* why() const noexcept { return why_.get(); }
    /// Turns the problem, if it is one, into a body.
    void render(std::string_view instance, std::string_view request_id,
                std::string_view trace_id = {});
    /// The body in another coding. A strong ETag becomes a weak one: these are not its bytes.
    void encoded(std::string_view coding, std::string bytes);
    /// The tag is the one that a coded body has, or would have had.
    void weaken_etag();

private:
    static response usual(std::string_view content_type, std::string bytes, unsigned status);

    unsigned status_ = 204;
    std::size_t left_out_ = 0;
    bool plain_ = false;
    std::string_view usual_type_;  // a literal, instead of content_type_
    std::string content_type_, body_;
    std::vector<std::pair<std::string, std::string>> added_;
    std::unique_ptr<problem> why_;
    std::unique_ptr<detail::continuation> rest_;
};

}  // namespace headroom::http
