#include "service/access/me_routes.hpp"

#include "headroom/auth/principal_argument.hpp"
#include "headroom/eventsourcing/exact_json.hpp"
#include "service/access/account.hpp"
#include "service/access/first_sign_in.hpp"
#include "service/identity/projections.hpp"

namespace headroom::service::access {

struct own_profile {
    eventsourcing::stream_version version = 0;
    http::typed::nullable<std::string> email;
    std::string display_name;
    boost::json::value preferences;
};
BOOST_DESCRIBE_STRUCT(own_profile, (), (version, email, display_name, preferences))

struct me_view {
    std::string kind;
    eventsourcing::uuid account_id;
    http::typed::nullable<std::string> tenant;
    std::vector<std::string> roles, scopes;
    std::optional<std::string> issuer, key_id;
    std::string subject;
    http::typed::nullable<own_profile> profile;
};
BOOST_DESCRIBE_STRUCT(me_view, (),
                      (kind, account_id, tenant, roles, scopes, issuer, key_id, subject, profile))

namespace {

me_view view_of(const auth::principal& who) {
    me_view made{.kind = std::string(auth::to_string(who.kind)),
                 .account_id = account_of(who),
                 .tenant = {},
                 .roles = who.roles,
                 .scopes = who.scopes,
                 .issuer = {},
                 .key_id = {},
                 .subject = who.subject,
                 .profile = {}};
    if (who.tenant) made.tenant = who.tenant->text();
    if (!who.issuer.empty()) made.issuer = who.issuer;
    if (!who.key_id.empty()) made.key_id = who.key_id;
    return made;
}

own_profile view_of(const identity::profile& of) {
    return {of.version, of.email, of.display_name, eventsourcing::parse_exactly(of.preferences)};
}

task<http::typed::answer<me_view, 200>> get_me(me_desk desk, const auth::principal& who,
                                               http::request& of) {
    auto view = view_of(who);
    if (const auto* made = of.left.find<just_made>())
        co_await desk.models.reached(made->at, identity::profiles_projection,
                                     wait_until(of, query_wait_ms_max));
    std::optional<identity::profile> found;
    if (who.tenant && who.kind == auth::principal_kind::user)
        found = co_await desk.queries.find(*who.tenant, account_of(who), of.until);
    if (found) view.profile = view_of(*found);
    auto answer = http::typed::json_response(view);
    answer.with("Cache-Control", "no-store");
    co_return answer;
}

}  // namespace

void add_routes(http::typed::api& to, const me_desk& of) {
    to.get<"/v1/me">(http::typed::bound(of, get_me), {.summary = "Who asks", .tag = "users"});
}

}  // namespace headroom::service::access
