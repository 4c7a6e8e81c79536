// service/domains.hpp: tenancy and identity on one database and one event store.
#pragma once
#include "headroom/http/typed/api.hpp"
#include "service/identity/routes.hpp"
#include "service/settings.hpp"
#include "service/tenancy/resolution_routes.hpp"
#include "service/tenancy/tenant_routes.hpp"

namespace headroom::service {

/// Commands and queries of both. All references outlive it, and it the router.
class domains {
public:
    /// `kept`: null where no values are kept.
    domains(const settings& with, persistence::database& db, eventsourcing::event_store& store,
            tenancy::kept_values* kept);
    domains(const domains&) = delete;
    domains& operator=(const domains&) = delete;

    void add_routes(http::typed::api& to, read_models& models);

    const identity::user_service& users() const noexcept { return users_; }
    const identity::agent_service& agents() const noexcept { return agents_; }

private:
    const task_requests ask_;
    const tenancy::tenant_service tenants_;
    const tenancy::tenant_list tenant_list_;
    const tenancy::system_defaults defaults_;
    tenancy::configuration values_;
    const identity::user_service users_;
    const identity::agent_service agents_;
    const identity::profiles profiles_;
    const identity::key_list keys_;
    const bool issues_keys_;
    const std::chrono::milliseconds key_lifetime_;
};

}  // namespace headroom::service
