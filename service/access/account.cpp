#include "service/access/account.hpp"

#include <fmt/format.h>

#include "service/identity/user_service.hpp"

namespace headroom::service::access {

eventsourcing::uuid account_of(const auth::principal& who) {
    if (who.issuer.empty())  // one of ours
        return eventsourcing::parse_uuid(who.subject).value_or(eventsourcing::uuid{});
    return identity::user_stream(who.issuer, who.subject);
}

std::string actor_name(const auth::principal& who) {
    if (!who.key_id.empty() && !who.tenant) return fmt::format("operator:{}", who.key_id);
    return fmt::format("{}:{}", auth::to_string(who.kind),
                       eventsourcing::to_string(account_of(who)));
}

}  // namespace headroom::service::access
