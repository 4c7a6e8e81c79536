// service/fleet_metrics.hpp: this process's share of the server, for those who scrape.
#pragma once
#include "headroom/fleet/membership.hpp"
#include "headroom/observability/shown_figures.hpp"

namespace headroom::service {

/// Read anew by each scrape. Both references, and this, outlive the last one.
class fleet_metrics {
public:
    fleet_metrics(observability::metrics& to, const fleet::membership& of);
    fleet_metrics(const fleet_metrics&) = delete;
    fleet_metrics& operator=(const fleet_metrics&) = delete;

private:
    observability::shown_figures<fleet::membership_figures> shown_;
};

}  // namespace headroom::service
