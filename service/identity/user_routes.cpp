#include <boost/json.hpp>

#include "headroom/eventsourcing/exact_json.hpp"
#include "service/identity/changing.hpp"
#include "service/storable_json.hpp"

namespace headroom::service::identity {
namespace {

using persistence::tenant_id;
using typed::body;

using user_in_path = id_in_path<"user">;
using reply_of_user = typed::answer<changed_user, 200, 202>;
using reply_of_new_user = located<typed::answer<changed_user, 200, 201, 202>>;

user_view view_of(const profile& of) {
    return {.user_id = of.user_id,
            .version = of.version,
            .tenant_id = of.tenant_id,
            .issuer = of.issuer,
            .subject = of.oidc_sub,
            .email = of.email,
            .display_name = of.display_name,
            .preferences = eventsourcing::parse_exactly(of.preferences),
            .created_at = of.created_at,
            .updated_at = of.updated_at};
}

task<reply_of_new_user> post_user(identity_desk desk, tenant_id tenant, commanding of,
                                  body<new_user> sent) {
    provision_user command;
    command.issuer = std::move(sent->issuer.is);
    command.oidc_sub = std::move(sent->subject.is);
    command.email = std::move(sent->email);
    command.name = std::move(sent->name);
    co_return co_await begin(desk, users_of(desk), std::move(tenant), std::move(of),
                             std::move(command), sent->expected_version);
}

task<versioned<user_view>> get_user(identity_desk desk, tenant_id tenant, user_in_path user,
                                    asking of) {
    co_await desk.models.caught_up(of.of, profiles_projection);
    const auto found = co_await desk.queries.find(std::move(tenant), user.is, of.of.until);
    if (!found) co_return http::problem{404, "The tenant has no such user."};
    co_return shown(view_of(*found));
}

task<reply_of_user> put_profile(identity_desk desk, tenant_id tenant, user_in_path user,
                                commanding of, body<user_profile> sent) {
    return change(desk, users_of(desk), std::move(tenant), user.is, std::move(of),
                  update_profile{{}, sent->display_name}, sent->expected_version);
}
task<reply_of_user> put_preferences(identity_desk desk, tenant_id tenant, user_in_path user,
                                    commanding of, body<user_preferences> sent) {
    json_text text{required(storable_json("preferences", sent->preferences))};
    co_return co_await change(desk, users_of(desk), std::move(tenant), user.is, std::move(of),
                              update_preferences{{}, std::move(text)}, sent->expected_version);
}

}  // namespace

void add_user_routes(typed::api& to, const identity_desk& of) {
    const auto with = [of](auto what) { return typed::bound(of, what); };
    const auto about = [](std::string summary) {
        return typed::about{.summary = std::move(summary), .tag = "users"};
    };
    to.post<"/v1/tenants/{tenant}/users">(with(post_user), about("Provision a user"))
        .get<"/v1/tenants/{tenant}/users/{user}">(with(get_user), about("A user"))
        .put<"/v1/tenants/{tenant}/users/{user}/profile">(with(put_profile),
                                                          about("Change a user's profile"))
        .put<"/v1/tenants/{tenant}/users/{user}/preferences">(
            with(put_preferences), about("Replace a user's preferences"));
}

}  // namespace headroom::service::identity
