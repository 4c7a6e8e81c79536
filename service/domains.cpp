#include "service/domains.hpp"

#include "service/access/me_routes.hpp"

namespace headroom::service {

domains::domains(const settings& with, persistence::database& db,
                 eventsourcing::event_store& store, tenancy::kept_values* kept)
    : ask_(with.redis.tasks ? std::optional(with.tasks.queue) : std::nullopt),
      tenants_(store, ask_),
      tenant_list_(db.lanes()),
      defaults_(with.defaults),
      values_(db, defaults_, kept),
      users_(store, ask_),
      agents_(store, with.key_pepper),
      profiles_(db.lanes()),
      keys_(db.lanes()),
      issues_keys_(!with.key_pepper.empty()),
      key_lifetime_(with.key_lifetime) {}

void domains::add_routes(http::typed::api& to, read_models& models) {
    tenancy::add_routes(to, tenancy::tenant_desk{tenants_, tenant_list_, models});
    const tenancy::configuration_desk configuration{tenants_, values_, models};
    tenancy::add_routes(to, configuration);
    tenancy::add_resolution_routes(to, configuration);
    identity::add_routes(to, {users_, agents_, profiles_, keys_, tenants_, models, issues_keys_,
                              key_lifetime_});
    access::add_routes(to, {profiles_, models});
}

}  // namespace headroom::service
