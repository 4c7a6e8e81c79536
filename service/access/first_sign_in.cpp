#include "service/access/first_sign_in.hpp"

#include "service/access/account.hpp"
#include "service/command_reply.hpp"
#include "service/identity/values.hpp"
#include "service/short_text.hpp"

namespace headroom::service::access {
namespace {

bool has_profile(const auth::principal& who) {
    return who.kind == auth::principal_kind::user && !who.issuer.empty() && who.tenant;
}

/// What a profile cannot hold is left out: a name is no reason to turn somebody away.
identity::provision_user command_for(const auth::principal& who) {
    identity::provision_user made{who.tenant->text(), who.issuer, who.subject, {}, {}};
    if (who.email && identity::check_email(*who.email)) made.email = who.email;
    if (who.name && short_text("name", *who.name)) made.name = who.name;
    return made;
}

}  // namespace

task<void> first_sign_in::make(http::request& of, const auth::principal& who,
                               const std::string& key) const {
    if (!identity::check_subject(who.subject) || !identity::check_issuer(who.issuer))
        throw auth::denied(auth::denial_of(auth::token_fault::bad_claim));
    const auto ticket = known_.ticket();
    actor by;
    by.name = actor_name(who);
    by.correlation_id = std::string(of.id);
    const auto made = required(co_await users_.run(command_for(who), std::move(by), of.until));
    known_.put(key, true, ticket);
    if (made.at.changed()) of.left.put(just_made{made.at.position});
}

task<http::response> first_sign_in::operator()(http::request& of, http::next onward) const {
    const auto* who = auth::find_principal(of);
    if (who == nullptr || !has_profile(*who)) co_return co_await onward(of);
    const auto key =
        eventsourcing::to_string(account_of(*who)) + " " + who->tenant->text();
    if (!known_.find(key)) co_await make(of, *who, key);
    co_return co_await onward(of);
}

}  // namespace headroom::service::access
