// http/typed/arguments.hpp: what an endpoint's coroutine can be given.
//
//     path<"tenant", tenant_id>               a name of the route's template
//     query<"limit", or_else<bounded<int, 1, 100>, 20>>
//     query<"tag", std::vector<std::string>>  a parameter that may come again and again
//     header<"X-Client", std::optional<std::string>>, cookie<"session", std::string>
//     body<order>                             JSON
//     request&                                all of it
//     const request&                          its head: no body is waited for
//
// Any other type is one argument<T> is specialised for: it reads itself from the request, adds
// what is wrong to the faults of the others, and describes itself.
#pragma once
#include "headroom/http/typed/constrained.hpp"
#include "headroom/http/typed/described.hpp"
#include "headroom/http/typed/operation.hpp"
#include "headroom/http/typed/reading.hpp"

namespace headroom::http::typed {

/// Customization point. A specialisation has
///
///     static std::optional<A> read(reading& from);   none when it added a fault or a refusal
///     static void describe(operation& to);
///     static constexpr std::string_view path_parameter = "tenant";   if it reads one of the path
///     static constexpr bool reads_body = false;                      if it does not: who does not
///                                                                    say so is given the body
template <class A>
struct argument;

template <part In, fixed_text Name, class T>
struct parameter {
    T is;
    const T& operator*() const& noexcept { return is; }
    T&& operator*() && noexcept { return std::move(is); }
    const T* operator->() const noexcept { return &is; }
};
template <fixed_text Name, class T = std::string>
using path = parameter<part::path, Name, T>;
template <fixed_text Name, class T = std::string>
using query = parameter<part::query, Name, T>;
template <fixed_text Name, class T = std::string>
using header = parameter<part::header, Name, T>;
template <fixed_text Name, class T = std::string>
using cookie = parameter<part::cookie, Name, T>;

template <class T>
struct body {
    T is;
    const T& operator*() const& noexcept { return is; }
    T&& operator*() && noexcept { return std::move(is); }
    const T* operator->() const noexcept { return &is; }
    T* operator->() noexcept { return &is; }
};

namespace detail {

/// Of texts one; a second one is a fault. None: absent, or a fault.
template <class T>
std::optional<T> single(const std::vector<std::string>& texts, const place& at, faults& found) {
    if (texts.size() == 1) return value<T>::from_text(texts.front(), at, found);
    if (texts.size() > 1) {
        found.add(at, "must be given once");
        return std::nullopt;
    }
    if constexpr (omittable<T>) return value<T>::when_absent();
    found.add(at, "must be given");
    return std::nullopt;
}

template <class T>
concept repeatable = requires(std::span<const std::string> texts, const place& at, faults& found) {
    { value<T>::from_texts(texts, at, found) } -> std::same_as<std::optional<T>>;
};

template <class T>
boost::json::object text_schema(schemas& into) {
    if constexpr (requires { value<T>::text_schema(into); }) return value<T>::text_schema(into);
    else return into.of<T>();
}

template <class T>
constexpr bool may_be_empty() {
    if constexpr (described_struct<T>) return value<T>::all_omittable();
    else return omittable<T>;
}

}  // namespace detail

template <part In, fixed_text Name, class T>
struct argument<parameter<In, Name, T>> {
    static_assert(textual<T> || (In == part::query && detail::repeatable<T>),
                  "a parameter is a scalar, or in the query a list of scalars");
    static_assert(In != part::path || !omittable<T>, "a path's parameter is always there");
    static constexpr std::string_view path_parameter = In == part::path ? Name.view() : "";
    static constexpr bool reads_body = false;

    static std::optional<parameter<In, Name, T>> read(reading& from) {
        const place root(In), at(root, Name.view());
        std::optional<T> made;
        if constexpr (In == part::path) {
            made = value<T>::from_text(from.of.parameter(Name.view()), at, from.found);
        } else {
            const auto before = from.found.count();
            const auto texts = from.texts(In, Name.view());
            if (from.found.count() > before) return std::nullopt;
            if constexpr (detail::repeatable<T>)
                made = value<T>::from_texts(texts, at, from.found);
            else
                made = detail::single<T>(texts, at, from.found);
        }
        if (!made) return std::nullopt;
        return parameter<In, Name, T>{*std::move(made)};
    }
    static void describe(operation& to) {
        constexpr bool required = !omittable<T> && !detail::repeatable<T>;
        to.parameter(In, Name.view(), required, detail::text_schema<T>(to.types()));
        to.reads();
    }
};

template <class T>
struct argument<body<T>> {
    static std::optional<body<T>> read(reading& from) {
        const auto* json = from.body();
        if (json == nullptr) return std::nullopt;
        auto made = value<T>::from_json(*json, place(part::body), from.found);
        if (!made) return std::nullopt;
        return body<T>{*std::move(made)};
    }
    static void describe(operation& to) {
        to.body(!detail::may_be_empty<T>(), to.types().of<T>());
    }
};

template <>
struct argument<request&> {
    static std::optional<std::reference_wrapper<request>> read(reading& from) {
        return std::ref(from.of);
    }
    static void describe(operation&) {}
};
template <>
struct argument<const request&> : argument<request&> {
    static constexpr bool reads_body = false;
};

}  // namespace headroom::http::typed
