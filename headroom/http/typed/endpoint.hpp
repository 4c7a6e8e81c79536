// http/typed/endpoint.hpp: a coroutine with typed arguments, as a handler of the router.
#pragma once
#include <tuple>

#include "headroom/http/router.hpp"
#include "headroom/http/typed/arguments.hpp"
#include "headroom/http/typed/path_template.hpp"
#include "headroom/http/typed/results.hpp"

namespace headroom::http::typed {
namespace detail {

template <class Held>
struct unwrapped;
template <class Held>
struct unwrapped<std::optional<Held>> {
    using type = Held;
};
/// What an argument is kept in until all are read.
template <class A>
using kept = typename unwrapped<decltype(argument<A>::read(std::declval<reading&>()))>::type;

template <class A>
constexpr std::string_view path_parameter_of() {
    if constexpr (requires { argument<A>::path_parameter; }) return argument<A>::path_parameter;
    else return {};
}

template <class A>
constexpr bool reads_body_of() {
    if constexpr (requires { argument<A>::reads_body; }) return argument<A>::reads_body;
    else return true;
}

/// How many of the arguments read that name of the path.
template <class... A>
constexpr std::size_t readers(std::string_view name) {
    return (std::size_t{path_parameter_of<A>() == name} + ... + 0);
}

template <class... A>
constexpr bool reads_each_name_once(std::string_view path_template) {
    for (std::size_t nth = 0; nth < path_names(path_template); ++nth)
        if (readers<A...>(path_name(path_template, nth)) != 1) return false;
    return true;
}

template <class... A>
constexpr bool names_each_parameter(std::string_view path_template) {
    return ((path_parameter_of<A>().empty() || names(path_template, path_parameter_of<A>())) &&
            ...);
}

task<response> ready(response with);

template <class R>
task<response> responded(task<R> from) {
    co_return result<R>::respond(co_await std::move(from));
}

}  // namespace detail

/// `Handler`: called as task<R>(A...), from every reactor, perhaps at once.
template <fixed_text Template, class Handler, class R, class... A>
class endpoint {
public:
    static_assert(is_path_template(Template.view()), "the path template is malformed");
    static_assert(detail::names_each_parameter<A...>(Template.view()),
                  "an argument reads a path parameter that the template does not name");
    static_assert(detail::reads_each_name_once<A...>(Template.view()),
                  "each parameter of the template has to be read by exactly one argument");

    /// Where no argument reads a body, none is waited for.
    static constexpr body_use body =
        (detail::reads_body_of<A>() || ...) ? body_use::wanted : body_use::ignored;

    explicit endpoint(Handler by) : by_(std::move(by)) {}

    // No coroutine: an endpoint costs no frame that its handler would not.
    task<response> operator()(request& of) const {
        reading from(of);
        // In braces: read in the order in which they are written.
        std::tuple<std::optional<detail::kept<A>>...> read{argument<A>::read(from)...};
        if (from.found.any()) return detail::ready(std::move(from.found).answer());
        return std::apply(
            [this](auto&... each) { return responded(by_(taken<A>(each)...)); }, read);
    }

    static void describe(operation& to, std::string_view media) {
        (argument<A>::describe(to), ...);
        result<R>::describe(to, media);
    }

private:
    template <class Argument, class Kept>
    static Argument taken(std::optional<Kept>& from) {
        BOOST_ASSERT_MSG(from.has_value(), "an argument that is not read adds a fault");
        return static_cast<Argument>(*std::move(from));
    }
    static task<response> responded(task<R> from) {
        if constexpr (std::same_as<R, response>) return from;
        else return detail::responded(std::move(from));
    }

    Handler by_;
};

namespace detail {

template <fixed_text Template, class Handler, class Signature>
struct endpoint_of;
template <fixed_text Template, class Handler, class R, class... A>
struct endpoint_of<Template, Handler, task<R> (*)(A...)> {
    using type = endpoint<Template, Handler, R, A...>;
};
template <fixed_text Template, class Handler, class C, class R, class... A>
struct endpoint_of<Template, Handler, task<R> (C::*)(A...) const> {
    using type = endpoint<Template, Handler, R, A...>;
};

template <class Handler>
struct signature_of {
    using type = decltype(&Handler::operator());
};
template <class R, class... A>
struct signature_of<R (*)(A...)> {
    using type = R (*)(A...);
};

}  // namespace detail

/// Of a function or a function object with one call that is not overloaded.
template <fixed_text Template, class Handler>
using endpoint_for =
    typename detail::endpoint_of<Template, Handler,
                                 typename detail::signature_of<Handler>::type>::type;

/// `what` with its first argument, which is copied for each call.
template <class State, class R, class... A>
auto bound(State state, task<R> (*what)(State, A...)) {
    return [state = std::move(state), what](A... each) -> task<R> {
        return what(state, std::forward<A>(each)...);
    };
}

}  // namespace headroom::http::typed
