// identity/fold.hpp: a user and an agent, as their events made them.
#pragma once
#include "service/identity/events.hpp"

namespace headroom::service::identity {

struct user {
    bool exists = false;
    std::string tenant_id, issuer, oidc_sub, display_name;
    bool operator==(const user&) const = default;
};

struct api_key {
    std::string id;
    bool active = true;
    timestamp issued_at{};
    bool rehashed = false;  ///< once is enough
    key_scopes scopes{};
    bool operator==(const api_key&) const = default;
};

struct agent {
    bool exists = false, active = false;
    std::string tenant_id, type_id, display_name;
    std::vector<api_key> keys;  ///< in the order in which they were issued
    bool operator==(const agent&) const = default;
};

/// The deciders eventsourcing::repository works with.
struct users {
    using event = user_event;
    using state = user;
    static user fold(user before, const user_event& what);
};
struct agents {
    using event = agent_event;
    using state = agent;
    static agent fold(agent before, const agent_event& what);
};

}  // namespace headroom::service::identity
