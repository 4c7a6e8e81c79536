#include "service/projecting.hpp"

#include "service/identity/projections.hpp"
#include "service/tenancy/projections.hpp"

namespace headroom::service {

std::vector<std::unique_ptr<eventsourcing::projection>> all_projections() {
    auto all = tenancy::projections();
    for (auto& each : identity::projections()) all.push_back(std::move(each));
    return all;
}

projecting::projecting(process& in, persistence::database& db, eventsourcing::event_store* store,
                       eventsourcing::audience* told, const projection_source& run) {
    eventsourcing::projection_bounds bounds;
    bounds.runners_max = in.with().events.runners_max;
    if (bounds.runners_max == 0) return;
    feed_.emplace(db, in.control(), in.book());
    all_.emplace(db, in.projector_door(), in.control(), *feed_, in.book(), run(), bounds,
                 told);
    if (store == nullptr) return;
    store->on_appended([this](eventsourcing::log_position last) { feed_->poke(last); });
}

std::vector<part*> projecting::parts() {
    if (!runs()) return {};
    return {&*feed_, &*all_};
}

std::vector<eventsourcing::projection_status> projecting::statuses() const {
    return all_ ? all_->statuses() : std::vector<eventsourcing::projection_status>{};
}

std::optional<eventsourcing::feed_figures> projecting::feed() const {
    return feed_ ? std::optional(feed_->figures()) : std::nullopt;
}

}  // namespace headroom::service
