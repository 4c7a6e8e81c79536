// service/projecting.hpp: the feed and the projections of a process, unless it runs none.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "headroom/eventsourcing/event_store.hpp"
#include "headroom/eventsourcing/projections.hpp"
#include "service/process.hpp"

namespace headroom::service {

/// The read models a process keeps.
using projection_source = std::function<std::vector<std::unique_ptr<eventsourcing::projection>>()>;

/// Those of every domain.
std::vector<std::unique_ptr<eventsourcing::projection>> all_projections();

/// Nothing with MAX_PROJECTION_RUNNERS=0: other processes project then.
class projecting {
public:
    /// Of a process that runs none.
    projecting() = default;
    /// Throws eventsourcing::projection_refused. `store`, if any, wakes the feed; `told`, if any,
    /// hears what read models change. All outlive it.
    projecting(process& in, persistence::database& db, eventsourcing::event_store* store,
               eventsourcing::audience* told, const projection_source& run = all_projections);

    /// To be started in this order, after the store.
    std::vector<part*> parts();
    bool runs() const noexcept { return all_.has_value(); }
    /// Asserts runs().
    eventsourcing::projections& all() noexcept { return *all_; }

    /// From any thread; empty where none run.
    std::vector<eventsourcing::projection_status> statuses() const;
    std::optional<eventsourcing::feed_figures> feed() const;

private:
    std::optional<eventsourcing::feed> feed_;
    std::optional<eventsourcing::projections> all_;
};

}  // namespace headroom::service
