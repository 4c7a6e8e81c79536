#include "service/access/account.hpp"

#include "headroom/auth/request_principal.hpp"
#include "service/identity/user_service.hpp"

namespace headroom::service::access {

eventsourcing::uuid account_of(const auth::principal& who) {
    if (who.issuer.empty())  // one of ours
        return eventsourcing::parse_uuid(who.subject).value_or(eventsourcing::uuid{});
    return identity::user_stream(who.issuer, who.subject);
}

http::caller caller_of(const auth::principal& who) {
    if (!who.key_id.empty() && !who.tenant) return {"operator", who.key_id};
    return {std::string(auth::to_string(who.kind)), eventsourcing::to_string(account_of(who))};
}

std::string actor_name(const auth::principal& who) {
    const auto named = caller_of(who);
    return named.kind + ":" + named.id;
}

task<http::response> name_caller::operator()(http::request& of, http::next onward) const {
    if (const auto* who = auth::find_principal(of)) of.left.put(caller_of(*who));
    co_return co_await onward(of);
}

}  // namespace headroom::service::access
