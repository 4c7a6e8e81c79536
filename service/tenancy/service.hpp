// tenancy/service.hpp: the commands of tenancy.
//
// A tenant's stream follows from its slug, so the stream is the registry of slugs: of two who
// provision one, the second finds the stream begun, and a decommissioned slug stays taken.
#pragma once
#include "headroom/eventsourcing/repository.hpp"
#include "headroom/persistence/tenant.hpp"
#include "service/actor.hpp"
#include "service/command_result.hpp"
#include "service/task_requests.hpp"
#include "service/tenancy/decide.hpp"

namespace headroom::service::tenancy {

/// Asked for by a tenant's decommissioning; its argument is the tenant.
inline constexpr char deletion_task[] = "tenancy:delete_data";

eventsourcing::stream_id stream_of(const persistence::tenant_id& tenant);

/// Usable from every reactor. Throws what the event store throws.
class tenant_service {
public:
    explicit tenant_service(eventsourcing::event_store& store, task_requests ask = {})
        : all_(store), ask_(std::move(ask)) {}

    /// The commands are those of decide.hpp. `slug`, `name` and `category` are checked here.
    task<outcome<done>> run(provision command, actor by, deadline until) const;
    task<outcome<done>> run(const persistence::tenant_id& tenant, suspend command, actor by,
                            deadline until) const;
    /// activate, reactivate, decommission, configure, describe, record_deletion.
    template <class Command>
    task<outcome<done>> run(const persistence::tenant_id& tenant, Command command, actor by,
                            deadline until) const {
        auto asked = follow_ups(command, tenant, by);
        co_return co_await execute(
            all_, stream_of(tenant), std::move(by), tenant.text(), until,
            [&](const tenancy::tenant& now) { return decide(now, command); }, std::move(asked));
    }

    /// The tenant as it is now, by its events; version 0: there is none.
    task<eventsourcing::loaded<tenants>> load(const persistence::tenant_id& tenant,
                                              deadline until) const {
        return all_.load(stream_of(tenant), until);
    }

private:
    template <class Command>
    std::vector<eventsourcing::append_guard> follow_ups(
        const Command&, const persistence::tenant_id& tenant,
        [[maybe_unused]] const actor& by) const {
        if constexpr (std::same_as<Command, decommission>)
            return ask_.of(by, deletion_task, tenant.text());
        else
            return {};
    }

    eventsourcing::repository<tenants> all_;
    task_requests ask_;
};

}  // namespace headroom::service::tenancy
