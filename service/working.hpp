// service/working.hpp: the worker of a process, and the relay that brings it what commands asked
// for.
#pragma once
#include <vector>

#include "headroom/eventsourcing/event_store.hpp"
#include "headroom/tasks/outbox.hpp"
#include "headroom/tasks/queue_control.hpp"
#include "headroom/tasks/task_metrics.hpp"
#include "headroom/tasks/worker.hpp"
#include "service/identity/agent_service.hpp"
#include "service/process.hpp"
#include "service/tenancy/service.hpp"

namespace headroom::service {

/// A part. Requires that the process has a Redis. All references outlive it.
class working final : public part {
public:
    working(process& in, persistence::database& db, eventsourcing::event_store& store,
            observability::metrics& to);

    std::string_view name() const noexcept override { return "service.working"; }
    void start(deadline by) override;
    void stop(deadline drain_until) noexcept override;

    /// On the home reactor, from start() to stop().
    tasks::worker_figures worker_figures() const { return worker_->figures(); }
    tasks::relay_figures relay_figures() const { return relay_.figures(); }
    /// From any thread.
    std::vector<tasks::limit_figures> limits() const { return worker_->limits(); }
    /// That the worker reads, as they are called in Redis.
    std::vector<std::string> queues() const;

private:
    task<void> listen(deadline by);
    std::vector<tasks::relay_route> make_senders();
    tasks::worker_terms terms() const;
    void warn_of_strangers(const tasks::handlers& all) const;

    process& in_;
    const tasks::settings with_;  // with the names that hold in this Redis
    budget::grant sockets_;
    std::vector<budget::lease> held_;  // descriptors of every reader there may be
    const tenancy::tenant_service tenants_;
    const identity::agent_service agents_;
    std::vector<std::unique_ptr<tasks::producer>> senders_;  // one a queue
    tasks::outbox_relay relay_;
    std::optional<tasks::task_metrics> counts_;
    std::optional<tasks::worker> worker_;  // its subscriptions are the running server's
    persistence::control::subscription appended_;
    persistence::database& db_;
};

}  // namespace headroom::service
