// service/event_metrics.hpp: the event store, the feed and the projections, read by each scrape.
#pragma once
#include "headroom/observability/metrics.hpp"
#include "service/projecting.hpp"

namespace headroom::service {

/// All references, and this, outlive the last scrape. `store`: null where nothing is appended.
class event_metrics {
public:
    event_metrics(observability::metrics& to, const projecting& of,
                  const eventsourcing::event_store* store);
    event_metrics(const event_metrics&) = delete;
    event_metrics& operator=(const event_metrics&) = delete;

private:
    struct of_projection {
        std::string name;
        observability::gauge position, lag_events, lag_seconds, parked;
        std::vector<observability::gauge> states;  // one a projection_state, in its order
    };
    void declare_store();
    void declare_feed();
    of_projection declare_projection(const std::string& name);
    void refresh();
    void show_store();
    void show_feed(const eventsourcing::feed_figures& now);

    observability::metrics& to_;
    const projecting& of_;
    const eventsourcing::event_store* const store_;
    std::vector<observability::counter> store_counts_, feed_counts_;
    std::vector<observability::gauge> store_gauges_, feed_gauges_;
    std::vector<of_projection> projections_;
};

}  // namespace headroom::service
