// http/request.hpp: what a handler is given.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/budget/holder.hpp"
#include "headroom/http/attachments.hpp"
#include "headroom/http/fields.hpp"
#include "headroom/http/method.hpp"
#include "headroom/http/problem.hpp"
#include "headroom/observability/trace_position.hpp"
#include "headroom/runtime/deadline.hpp"
#include "headroom/runtime/task.hpp"

namespace headroom::http {

/// A piece of the path that a template named: {"tenant", "acme"}, decoded.
struct path_parameter {
    std::string_view name;
    std::string value;
};

namespace detail {

/// A body that is still on its way.
class unread_body {
public:
    /// See request::read_body().
    virtual task<std::optional<problem>> receive() = 0;

protected:
    ~unread_body() = default;
};

}  // namespace detail

/// One request. Lives until its answer has been written, and so do the views in it. Belongs to its
/// connection's reactor; not to be kept, copied or touched from another thread.
struct request {
    explicit request(budget::holder& on_behalf_of, deadline due) : who(on_behalf_of), until(due) {}
    request(const request&) = delete;
    request& operator=(const request&) = delete;

    http::method method = http::method::get;
    std::string_view method_name;  ///< as sent
    std::string_view target;       ///< as sent: "/v1/a%20b?x=1"
    std::string_view raw_path;     ///< "/v1/a%20b"
    std::string_view path;         ///< "/v1/a b"; UTF-8 without control characters
    std::string_view query;        ///< "x=1", still encoded
    fields headers;
    /// At most limits::body_max. Whole for a handler; for a middleware only behind read_body().
    std::string body;
    detail::unread_body* unread = nullptr;  ///< what is not in body yet, or null
    std::string_view id;     ///< the client's X-Request-Id if it is a decent one, else ours
    std::string_view peer;   ///< "127.0.0.1:40312"
    /// The client's address, without a port: the peer's, or what trusted proxies told of it.
    std::string_view client;
    /// By which it was asked: "https" over TLS, or as trusted proxies told of it.
    std::string_view scheme = "http";
    /// Where the request stands in its trace; hand trace.context(id) to the logger and trace itself
    /// to whatever is called.
    observability::trace_position trace;
    std::string_view route;  ///< the template that matched: "/v1/tenants/{tenant}"; or empty
    bool always_admitted = false;  ///< the route is answered however busy the server is
    std::vector<path_parameter> parameters;
    budget::holder& who;  ///< for whom units are held; hand it to every pool
    /// When the answer is due, by the settings or sooner by the client's Request-Timeout; hand it
    /// to every wait. What read_body() waits for the client is added.
    deadline until;
    attachments left{};   ///< by the middlewares before

    /// Reads what is missing of the body, within its own bounds of size, time and memory, and says
    /// "100 Continue" to a client that waits for it. Done before a handler runs, behind the
    /// middlewares; one that wants the body itself awaits it, no two at once. A problem to answer
    /// with when the body does not come, or nothing.
    task<std::optional<problem>> read_body();
    /// Requires that the route's template names it.
    const std::string& parameter(std::string_view name) const;
    /// The value of that name in the query, decoded ("+" is a space); none if it is absent. Throws
    /// failed: a 400 when it is not text, a 422 when the name comes twice.
    std::optional<std::string> query_value(std::string_view name) const;
    /// Every value of that name, in their order. Throws failed, a 400, when one is not text.
    std::vector<std::string> query_values(std::string_view name) const;
};

}  // namespace headroom::http
