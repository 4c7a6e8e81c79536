// service/command_reply.hpp: how a command's request is read and its outcome is answered.
//
//     If-Match: "3", or expected_version in the body   the version the caller has seen; 409 if not
//     Prefer: wait, or wait=N (seconds)                answer once the read model shows it
//     Headroom-Position: 42                            in the answer: where it is recorded; absent
//                                                      when there was nothing to do
//     ETag: "3"                                        the version, for the next If-Match
#pragma once
#include <boost/json/fwd.hpp>

#include "headroom/persistence/tenant.hpp"
#include "service/actor.hpp"
#include "service/command_result.hpp"
#include "service/json_body.hpp"
#include "service/read_models.hpp"

namespace headroom::service {

/// The domain's refusal as a client sees it: its status, error_code, context, and for a fault of a
/// value its JSON Pointer.
http::problem to_problem(const domain_error& why);

/// The value, or the refusal thrown as http::failed.
template <class T>
T required(outcome<T> from) {
    if (!from) throw http::failed(to_problem(from.error()));
    return *std::move(from);
}

/// The path's {tenant}; 404 for what cannot be one.
persistence::tenant_id tenant_of(const http::request& of);
/// The path's parameter as a UUID; 404, "There is no such ...", for what is none.
eventsourcing::uuid id_of(const http::request& of, std::string_view parameter);
/// A query parameter from 1 to `most`, or `otherwise`; 400 for another.
int page_size(const http::request& of, int otherwise, int most);
/// A query parameter of 0 or more; 400 for another, and where it is absent without `otherwise`.
std::int64_t count_in(const http::request& of, std::string_view parameter,
                      std::optional<std::int64_t> otherwise = {});

/// Who asks, and which version they have seen, by If-Match; 400 for one that is no version.
actor actor_of(const http::request& of);
/// The same, or by the body's expected_version; 400 when both are there and differ.
actor actor_of(const http::request& of, json_body& body);

/// What a query found, its "version" as the ETag.
http::response shown(const boost::json::object& what);

/// Position and version in header and body; waits for `projection` where the request prefers so,
/// and answers 202 when it was not there in time.
task<http::response> reply(read_models& models, const http::request& of, done at,
                           boost::json::object body, std::string projection,
                           unsigned status = 200);

}  // namespace headroom::service
