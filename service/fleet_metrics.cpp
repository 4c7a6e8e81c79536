#include "service/fleet_metrics.hpp"

namespace headroom::service {

fleet_metrics::fleet_metrics(observability::metrics& to, const fleet::membership& of)
    : of_(of),
      reservation_(to.measure("headroom_fleet_reservation",
                              "Connections the fleet's ledger has this process down for.")),
      demand_(to.measure("headroom_fleet_demand",
                         "Connections this process could use of late: in use and waited for.")),
      member_(to.measure("headroom_fleet_member",
                         "1 while the proof of life is held; 0: nothing opens.")),
      free_(to.measure("headroom_fleet_free",
                       "Free beside this process under the limit that binds, at its last visit.")),
      unfenced_(to.measure("headroom_fleet_overshoot_max",
                           "Connections it may still open before it notices a lost control.")),
      rejoins_(to.count("headroom_fleet_rejoins_total", "Proofs of life taken again.")),
      failures_(to.count("headroom_fleet_failures_total",
                         "Visits that did not reach the fleet's ledger.")) {
    to.before_scrape([this] { refresh(); });
}

void fleet_metrics::refresh() {
    const auto now = of_.figures();
    reservation_.set(now.reservation);
    demand_.set(now.demand);
    member_.set(now.phase == fleet::member_phase::member ? 1 : 0);
    if (!now.bounds.empty()) free_.set(now.bounds.front().free);
    unfenced_.set(now.unfenced_max);
    rejoins_.grow_to(now.rejoins);
    failures_.grow_to(now.failures);
}

}  // namespace headroom::service
