#include "service/access/me_routes.hpp"

#include <boost/json.hpp>

#include "headroom/auth/request_principal.hpp"
#include "headroom/eventsourcing/exact_json.hpp"
#include "service/access/account.hpp"
#include "service/access/first_sign_in.hpp"
#include "service/identity/projections.hpp"

namespace headroom::service::access {
namespace json = boost::json;
namespace {

json::array list_of(const std::vector<std::string>& names) {
    json::array made;
    for (const auto& each : names) made.emplace_back(each);
    return made;
}

json::object to_json(const auth::principal& who) {
    json::object made{{"kind", auth::to_string(who.kind)},
                      {"account_id", eventsourcing::to_string(account_of(who))},
                      {"tenant", who.tenant ? json::value(who.tenant->text()) : json::value()},
                      {"roles", list_of(who.roles)},
                      {"scopes", list_of(who.scopes)}};
    if (!who.issuer.empty()) made["issuer"] = who.issuer;
    if (!who.key_id.empty()) made["key_id"] = who.key_id;
    made["subject"] = who.subject;
    return made;
}

json::object to_json(const identity::profile& of) {
    return {{"version", of.version},
            {"email", of.email ? json::value(*of.email) : json::value()},
            {"display_name", of.display_name},
            {"preferences", eventsourcing::parse_exactly(of.preferences)}};
}

task<http::response> get_me(me_desk desk, http::request& of) {
    const auto& who = auth::principal_of(of);
    auto body = to_json(who);
    if (const auto* made = of.left.find<just_made>())
        co_await desk.models.reached(made->at, identity::profiles_projection,
                                     wait_until(of, query_wait_ms_max));
    std::optional<identity::profile> found;
    if (who.tenant && who.kind == auth::principal_kind::user)
        found = co_await desk.queries.find(*who.tenant, account_of(who), of.until);
    body["profile"] = found ? json::value(to_json(*found)) : json::value();
    auto answer = http::response::json(json::serialize(body));
    answer.with("Cache-Control", "no-store");
    co_return answer;
}

}  // namespace

void add_routes(http::router& to, const me_desk& of) {
    to.get("/v1/me", [of](http::request& request) { return get_me(of, request); });
}

}  // namespace headroom::service::access
