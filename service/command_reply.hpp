// service/command_reply.hpp: how a command's request is read and its outcome is answered.
//
//     If-Match: "3", or expected_version in the body   the version the caller has seen; 409 if not
//     Prefer: wait, or wait=N (seconds)                answer once the read model shows it
//     Headroom-Position: 42                            in the answer: where it is recorded; absent
//                                                      when there was nothing to do
//     ETag: "3"                                        the version, for the next If-Match
#pragma once
#include "headroom/http/typed/results.hpp"
#include "service/actor.hpp"
#include "service/command_result.hpp"
#include "service/read_models.hpp"

namespace headroom::service {

namespace typed = http::typed;

/// The domain's refusal as a client sees it: its status, error_code, context, and for a fault of a
/// value its JSON Pointer.
http::problem to_problem(const domain_error& why);

/// The value, or the refusal thrown as http::failed.
template <class T>
T required(outcome<T> from) {
    if (!from) throw http::failed(to_problem(from.error()));
    return *std::move(from);
}

/// Who asks, and which version they have seen, by If-Match; throws http::failed, 400, for one that
/// is no version.
actor actor_of(const http::request& of);
/// The same with the body's expected_version; throws http::failed, 400, when both are there and
/// differ.
actor agreed(actor by, std::optional<eventsourcing::stream_version> in_body);

/// The version as an entity tag: "3", in quotes.
std::string etag(eventsourcing::stream_version version);

inline constexpr typed::answer_field position_field{
    position_header, "Where the events stand that this command recorded; a query that brings it "
                     "sees them. Absent when there was nothing to do.",
    R"({"type": "integer", "format": "int64", "minimum": 0})"};
inline constexpr typed::answer_field preference_field{
    "Preference-Applied", "wait: the read model shows it already.", typed::text_schema};

/// A View as JSON, with its version as the ETag: see shown().
template <class View>
using versioned = typed::telling<typed::answer<View, 200>, typed::etag_field>;
/// An answer that says where what was made can be read.
template <class Answer>
using located = typed::telling<Answer, typed::location_field>;

/// What a query found, its version as the ETag.
template <class View>
http::response shown(const View& what) {
    auto answer = http::typed::json_response(what);
    answer.with("ETag", etag(what.version));
    return answer;
}

/// Position and version in the header; waits for `projection` where the request prefers so, and
/// answers 202 when it was not there in time. `body` is JSON.
task<http::response> reply_json(read_models& models, const http::request& of, done at,
                                std::string body, std::string projection, unsigned status);

/// The same, and both in the body, which has members for them.
template <class Body>
task<http::response> reply(read_models& models, const http::request& of, done at, Body body,
                           std::string projection, unsigned status = 200) {
    body.version = at.version;
    if (at.changed()) body.position = at.position;
    return reply_json(models, of, at, http::typed::to_json_text(body), std::move(projection),
                      status);
}

}  // namespace headroom::service
