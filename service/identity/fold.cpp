#include "service/identity/fold.hpp"

namespace headroom::service::identity {
namespace {

struct apply_to_user {
    user& to;

    void operator()(const user_provisioned& what) const {
        to = {true, what.tenant_id, what.issuer, what.oidc_sub, what.display_name};
    }
    void operator()(const profile_updated& what) const { to.display_name = what.display_name; }
    void operator()(const preferences_updated&) const {}
};

struct apply_to_agent {
    agent& to;

    void operator()(const agent_registered& what) const {
        to = {true, true, what.tenant_id, what.agent_type_id, what.display_name, {}};
    }
    void operator()(const agent_suspended&) const { to.active = false; }
    void operator()(const agent_reactivated&) const { to.active = true; }
    void operator()(const key_issued& what) const {
        to.keys.push_back({what.key_id, true, what.created_at, false, what.scopes});
    }
    void operator()(const key_rotated& what) const {
        end(what.revoked_key_id);
        to.keys.push_back({what.new_key_id, true, what.rotated_at, false, what.scopes});
    }
    void operator()(const key_revoked& what) const { end(what.key_id); }
    void operator()(const key_expired& what) const { end(what.key_id); }
    void operator()(const key_rehashed& what) const {
        for (auto& each : to.keys)
            if (each.id == what.key_id) each.rehashed = true;
    }

    void end(const std::string& key) const {
        for (auto& each : to.keys)
            if (each.id == key) each.active = false;
    }
};

}  // namespace

user users::fold(user before, const user_event& what) {
    std::visit(apply_to_user{before}, what);
    return before;
}

agent agents::fold(agent before, const agent_event& what) {
    std::visit(apply_to_agent{before}, what);
    return before;
}

}  // namespace headroom::service::identity
