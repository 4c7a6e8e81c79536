// http/router.hpp: which handler answers which method on which path.
//
// Paths are exact, never prefixes; a template names whole segments: "/v1/tenants/{tenant}". A
// literal segment wins over a named one. 404, 405 with Allow, HEAD (by GET's handler) and OPTIONS
// come with the table. Build it, then hand it to the server, which seals it; from then on it is
// read from every reactor.
#pragma once
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "headroom/http/request.hpp"
#include "headroom/http/response.hpp"
#include "headroom/runtime/task.hpp"

namespace headroom::http {

/// Called from every reactor, perhaps at once: what it captures must bear that.
using handler = std::move_only_function<task<response>(request&) const>;

/// Whether a request may be turned away under load.
enum class admission {
    sheddable,   ///< it leans on what stands behind the handlers: see server::shed_under
    standalone,  ///< it leans on nothing; only too many at once are turned away
    always,      ///< answered however busy the server is: health
};

/// Whether a handler is given the body. Where it is not, none is read; the body of a GET means
/// nothing (RFC 9110 section 9.3.1) and never is.
enum class body_use { wanted, ignored };

/// A route as people name it: GET /v1/tenants/{tenant}.
struct route_name {
    method verb;
    std::string_view path_template;
    bool operator==(const route_name&) const = default;
};

class next;

/// One small class with one call: do something, `co_return co_await onward(of);`, do something.
/// Checks its own settings in its constructor. Runs for every request, matched or not: look at
/// request::route. It decides on the head: the body is read behind the last of them.
using middleware = std::move_only_function<task<response>(request&, next onward) const>;

namespace detail {
class route_table;
struct matched;
}  // namespace detail

/// The rest of the chain behind a middleware. A small value; valid as long as the request.
class next {
public:
    task<response> operator()(request& of) const;

private:
    friend class router;
    static task<response> handle(request& of, const detail::matched& found);
    next(const std::vector<middleware>& chain, std::size_t at,
         const detail::matched& found) noexcept
        : chain_(&chain), at_(at), found_(&found) {}

    const std::vector<middleware>* chain_;
    std::size_t at_;
    const detail::matched* found_;
};

class router {
public:
    router();
    ~router();
    router(router&&) noexcept;
    router& operator=(router&&) noexcept;

    /// Enters a route. Asserts that the template is well-formed, that no other route has the same
    /// method and shape, and that the table is not sealed yet.
    router& route(method verb, std::string_view path_template, handler by,
                  admission when = admission::sheddable, body_use body = body_use::wanted);
    router& get(std::string_view path_template, handler by, admission when = admission::sheddable);
    router& post(std::string_view path_template, handler by);
    router& put(std::string_view path_template, handler by);
    router& patch(std::string_view path_template, handler by);
    router& del(std::string_view path_template, handler by);
    /// Wraps everything entered; the first one used is the outermost.
    router& use(middleware wrap);

    /// No more routes. Done by the server's constructor.
    void seal() noexcept { sealed_ = true; }

    /// Every route entered, in the order of first entry of its path. Views live as long as the
    /// router.
    std::vector<route_name> served() const;
    /// Of the route that would answer; sheddable when there is none: middlewares see it too.
    admission admission_of(method verb, std::string_view raw_path) const;
    /// Finds the route, fills in request::route and request::parameters, runs the chain.
    task<response> handle(request& of) const;

private:
    task<response> run_chain(request& of, detail::matched found) const;

    bool sealed_ = false;
    std::unique_ptr<detail::route_table> table_;
    std::vector<middleware> chain_;
};

}  // namespace headroom::http
