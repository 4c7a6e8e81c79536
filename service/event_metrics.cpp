#include "service/event_metrics.hpp"

#include <array>

namespace headroom::service {
namespace {

using eventsourcing::feed_figures;
using eventsourcing::projection_state;
using eventsourcing::store_figures;

template <class Figures>
struct total {
    const char *name, *help;
    std::uint64_t Figures::*of;
};

constexpr std::array<total<store_figures>, 7> of_store{{
    {"headroom_store_appends_total", "Appends recorded.", &store_figures::appends},
    {"headroom_store_events_total", "Events recorded.", &store_figures::events},
    {"headroom_store_transactions_total", "Transactions that appended.",
     &store_figures::transactions},
    {"headroom_store_conflicts_total", "Appends refused, another writer was faster.",
     &store_figures::conflicts},
    {"headroom_store_repeated_total", "Appends that had been recorded before.",
     &store_figures::repeated},
    {"headroom_store_resubmitted_total", "Appends sent once more.", &store_figures::resubmitted},
    {"headroom_store_notifies_total", "Notifications sent.", &store_figures::notifies},
}};

constexpr std::array<total<feed_figures>, 8> of_feed{{
    {"headroom_feed_events_total", "Events read.", &feed_figures::events},
    {"headroom_feed_reads_total", "Reads of pages.", &feed_figures::reads},
    {"headroom_feed_holes_total", "Missing positions met.", &feed_figures::holes},
    {"headroom_feed_dead_total", "Positions passed that stay empty.", &feed_figures::dead},
    {"headroom_feed_wakes_total", "Looks because something was appended.", &feed_figures::wakes},
    {"headroom_feed_polls_total", "Looks because time had passed.", &feed_figures::polls},
    {"headroom_feed_restarts_total", "Times the feed began anew.", &feed_figures::restarts},
    {"headroom_feed_catch_up_reads_total", "Reads of pages no longer in memory.",
     &feed_figures::catch_up_reads},
}};

constexpr std::array states{projection_state::standing_by, projection_state::starting,
                            projection_state::following,   projection_state::catching_up,
                            projection_state::paused,      projection_state::retrying,
                            projection_state::stopped};

double seconds(std::chrono::milliseconds of) {
    return std::chrono::duration<double>(of).count();
}

}  // namespace

event_metrics::event_metrics(observability::metrics& to, const projecting& of,
                             const eventsourcing::event_store* store)
    : to_(to), of_(of), store_(store) {
    if (store_ != nullptr) declare_store();
    if (of_.runs()) declare_feed();
    for (const auto& each : of_.statuses()) projections_.push_back(declare_projection(each.name));
    to.before_scrape([this] { refresh(); });
}

void event_metrics::declare_store() {
    for (const auto& each : of_store) store_counts_.push_back(to_.count(each.name, each.help));
    store_gauges_.push_back(
        to_.measure("headroom_store_waiting", "Appends that wait for a transaction."));
}

void event_metrics::declare_feed() {
    for (const auto& each : of_feed) feed_counts_.push_back(to_.count(each.name, each.help));
    feed_gauges_.push_back(to_.measure("headroom_feed_head_position",
                                       "The position up to which every event is visible."));
    feed_gauges_.push_back(to_.measure("headroom_feed_memory_bytes", "Pages kept in memory."));
    feed_gauges_.push_back(to_.measure(
        "headroom_feed_stall_seconds",
        "Age of the transaction that holds the head back; 0 when none does."));
}

event_metrics::of_projection event_metrics::declare_projection(const std::string& name) {
    const observability::labels who{{"projection", name}};
    of_projection made{
        name,
        to_.measure("headroom_projection_position", "The last position taken.", who),
        to_.measure("headroom_projection_lag_events", "Positions between it and the head.", who),
        to_.measure("headroom_projection_lag_seconds", "Age of the oldest event not taken.", who),
        to_.measure("headroom_projection_parked_events", "Events put aside.", who),
        {}};
    for (const auto each : states)
        made.states.push_back(to_.measure(
            "headroom_projection_state", "1 for the state it is in.",
            {{"projection", name}, {"state", std::string(eventsourcing::to_string(each))}}));
    return made;
}

void event_metrics::refresh() {
    if (store_ != nullptr) show_store();
    if (const auto now = of_.feed()) show_feed(*now);
    const auto all = of_.statuses();
    for (std::size_t i = 0; i < all.size() && i < projections_.size(); ++i) {
        auto& to = projections_[i];
        to.position.set(static_cast<double>(all[i].position));
        to.lag_events.set(static_cast<double>(all[i].lag_events));
        to.lag_seconds.set(seconds(all[i].lag));
        to.parked.set(static_cast<double>(all[i].parked));
        for (std::size_t state = 0; state < states.size(); ++state)
            to.states[state].set(all[i].state == states[state] ? 1 : 0);
    }
}

void event_metrics::show_store() {
    const auto now = store_->figures();
    for (std::size_t i = 0; i < of_store.size(); ++i)
        store_counts_[i].grow_to(static_cast<double>(now.*of_store[i].of));
    store_gauges_[0].set(static_cast<double>(now.waiting));
}

void event_metrics::show_feed(const feed_figures& now) {
    for (std::size_t i = 0; i < of_feed.size(); ++i)
        feed_counts_[i].grow_to(static_cast<double>(now.*of_feed[i].of));
    feed_gauges_[0].set(static_cast<double>(now.head));
    feed_gauges_[1].set(static_cast<double>(now.memory_bytes));
    feed_gauges_[2].set(now.stall ? seconds(now.stall->age) : 0);
}

}  // namespace headroom::service
