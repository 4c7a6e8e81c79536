// tenancy/service.hpp: the commands of tenancy.
//
// A tenant's stream follows from its slug, so the stream is the registry of slugs: of two who
// provision one, the second finds the stream begun, and a decommissioned slug stays taken.
#pragma once
#include "headroom/eventsourcing/repository.hpp"
#include "headroom/persistence/tenant.hpp"
#include "service/actor.hpp"
#include "service/command_result.hpp"
#include "service/tenancy/decide.hpp"

namespace headroom::service::tenancy {

eventsourcing::stream_id stream_of(const persistence::tenant_id& tenant);

/// Usable from every reactor. Throws what the event store throws.
class tenant_service {
public:
    explicit tenant_service(eventsourcing::event_store& store) : all_(store) {}

    /// The commands are those of decide.hpp. `slug`, `name` and `category` are checked here.
    task<outcome<done>> run(provision command, actor by, deadline until) const;
    task<outcome<done>> run(const persistence::tenant_id& tenant, suspend command, actor by,
                            deadline until) const;
    /// activate, reactivate, decommission, configure, describe, record_deletion.
    template <class Command>
    task<outcome<done>> run(const persistence::tenant_id& tenant, Command command, actor by,
                            deadline until) const {
        co_return co_await execute(
            all_, stream_of(tenant), std::move(by), tenant.text(), until,
            [&](const tenancy::tenant& now) { return decide(now, command); });
    }

    /// The tenant as it is now, by its events; version 0: there is none.
    task<eventsourcing::loaded<tenants>> load(const persistence::tenant_id& tenant,
                                              deadline until) const {
        return all_.load(stream_of(tenant), until);
    }

private:
    eventsourcing::repository<tenants> all_;
};

}  // namespace headroom::service::tenancy
