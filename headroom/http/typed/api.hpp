// http/typed/api.hpp: routes with typed endpoints, and what they say of themselves.
//
//     task<order> get_order(desk at, path<"order", uuid> id, query<"full", or_else<bool, false>>);
//
//     api to(routes);
//     to.get<"/v1/orders/{order}">(bound(at, get_order), {.summary = "An order", .tag = "orders"});
//
// A request whose arguments cannot be read never reaches the coroutine: 422 with every fault at
// once, 400 for a body that is no JSON, 415 for one of another type. An argument that reads what
// the template does not name, and a name that nobody reads, do not compile.
#pragma once
#include <vector>

#include "headroom/http/typed/endpoint.hpp"

namespace headroom::http::typed {

/// For people and for OpenAPI. The texts are copied.
struct about {
    std::string summary{};      ///< a few words
    std::string tag{};          ///< the group it belongs to
    std::string description{};  ///< sentences; CommonMark
    std::vector<unsigned> problems{};  ///< statuses of the errors it answers itself
    std::string media{};  ///< of a plain `response`: "text/plain"; empty: it has no body
    admission when = admission::sheddable;
};

/// Enters routes in a router, which outlives it, and remembers them. For the time before the server
/// starts; one thread.
class api {
public:
    struct entry {
        method verb;
        std::string path_template;
        about is;
        void (*describe)(operation& to, std::string_view media);
    };

    explicit api(router& to) noexcept : to_(&to) {}

    template <fixed_text Template, class Handler>
    api& route(method verb, Handler by, about is = {}) {
        using made = endpoint_for<Template, Handler>;
        to_->route(verb, Template.view(), made(std::move(by)), is.when, made::body);
        entries_.push_back(
            {verb, std::string(Template.view()), std::move(is), &made::describe});
        return *this;
    }
    template <fixed_text At>
    api& get(auto by, about is = {}) { return enter<At>(method::get, by, is); }
    template <fixed_text At>
    api& post(auto by, about is = {}) { return enter<At>(method::post, by, is); }
    template <fixed_text At>
    api& put(auto by, about is = {}) { return enter<At>(method::put, by, is); }
    template <fixed_text At>
    api& patch(auto by, about is = {}) { return enter<At>(method::patch, by, is); }
    template <fixed_text At>
    api& del(auto by, about is = {}) { return enter<At>(method::del, by, is); }

    /// The router, for routes without types and for middleware.
    router& plain() noexcept { return *to_; }
    const router& plain() const noexcept { return *to_; }
    const std::vector<entry>& entries() const noexcept { return entries_; }

private:
    template <fixed_text At>
    api& enter(method verb, auto& by, about& is) {
        return route<At>(verb, std::move(by), std::move(is));
    }

    router* to_;
    std::vector<entry> entries_;
};

}  // namespace headroom::http::typed
