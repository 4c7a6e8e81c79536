#include "service/domains.hpp"

namespace headroom::service {

domains::domains(const settings& with, persistence::database& db,
                 eventsourcing::event_store& store)
    : tenants_(store),
      tenant_list_(db.lanes()),
      values_(db),
      users_(store),
      agents_(store, with.key_pepper),
      profiles_(db.lanes()),
      issues_keys_(!with.key_pepper.empty()) {}

void domains::add_routes(http::router& to, read_models& models) {
    tenancy::add_routes(to, tenancy::tenant_desk{tenants_, tenant_list_, models});
    tenancy::add_routes(to, tenancy::configuration_desk{tenants_, values_, models});
    identity::add_routes(
        to, {users_, agents_, profiles_, tenants_, models, issues_keys_});
}

}  // namespace headroom::service
