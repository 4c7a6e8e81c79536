// http/typed/results.hpp: what an endpoint's coroutine can answer.
//
//     order                            200, as JSON
//     created<order>                   201 with Location
//     no_content                       204
//     answer<order, 200, 202>          made by hand: its fields and status; the body is an order
//     bare<303>                        made by hand, without a body; with Location if it is 3xx
//     telling<R, etag_field>           R, whose answers of success have these fields too
//     std::expected<order, problem>    or the problem
//     response                         anything; about::media says of what kind
//
// Any of them may also throw `failed`.
#pragma once
#include <expected>

#include "headroom/http/response.hpp"
#include "headroom/http/typed/described.hpp"
#include "headroom/http/typed/operation.hpp"

namespace headroom::http::typed {

struct no_content {};

template <class T>
struct created {
    T is;
    std::string location;  ///< where it can be read: a path
};

/// A response that its maker says to be a T as JSON, with one of these statuses, or a problem.
template <class T, unsigned... Statuses>
struct answer {
    static_assert(sizeof...(Statuses) > 0);
    response is;
    answer(response of) : is(std::move(of)) {}   // NOLINT(google-explicit-constructor)
    answer(problem why) : is(std::move(why)) {}  // NOLINT(google-explicit-constructor)
};

/// A response that its maker says to have this status and no body, or a problem.
template <unsigned Status>
struct bare {
    response is;
    bare(response of) : is(std::move(of)) {}  // NOLINT(google-explicit-constructor)
};

/// An R that its maker says to have these fields, where it succeeds.
template <class R, const answer_field&... Fields>
struct telling : R {
    using R::R;
};

/// T as JSON.
template <class T>
response json_response(const T& of, unsigned status = 200) {
    return response::json(to_json_text(of), status);
}

/// Customization point: the response it makes, and how it describes itself.
template <class R>
struct result {
    static response respond(const R& from) { return json_response(from); }
    static void describe(operation& to, std::string_view) { to.answers(200, to.types().of<R>()); }
};

template <>
struct result<response> {
    static void describe(operation& to, std::string_view media) {
        if (media.empty()) to.answers(200);
        else to.answers(200, {}, media);
    }
};

template <>
struct result<no_content> {
    static response respond(no_content) { return response::empty(); }
    static void describe(operation& to, std::string_view) { to.answers(204); }
};

template <class T>
struct result<created<T>> {
    static response respond(created<T> from) {
        auto made = json_response(from.is, 201);
        made.with("Location", from.location);
        return made;
    }
    static void describe(operation& to, std::string_view) {
        to.answers(201, to.types().of<T>());
        to.carries(location_field);
    }
};

template <class T, unsigned... Statuses>
struct result<answer<T, Statuses...>> {
    static response respond(answer<T, Statuses...> from) { return std::move(from.is); }
    static void describe(operation& to, std::string_view) {
        (to.answers(Statuses, to.types().of<T>()), ...);
    }
};

template <unsigned Status>
struct result<bare<Status>> {
    static response respond(bare<Status> from) { return std::move(from.is); }
    static void describe(operation& to, std::string_view) {
        to.answers(Status);
        if constexpr (Status >= 300 && Status < 400) to.carries(Status, location_field);
    }
};

template <class R, const answer_field&... Fields>
struct result<telling<R, Fields...>> {
    static response respond(telling<R, Fields...> from) {
        return result<R>::respond(std::move(from));
    }
    static void describe(operation& to, std::string_view media) {
        result<R>::describe(to, media);
        (to.carries(Fields), ...);
    }
};

template <class T>
struct result<std::expected<T, problem>> {
    static response respond(std::expected<T, problem> from) {
        if (!from) return std::move(from.error());
        return result<T>::respond(*std::move(from));
    }
    static void describe(operation& to, std::string_view media) {
        result<T>::describe(to, media);
    }
};

}  // namespace headroom::http::typed
