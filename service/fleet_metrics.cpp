#include "service/fleet_metrics.hpp"

namespace headroom::service {

fleet_metrics::fleet_metrics(observability::metrics& to, const fleet::membership& of)
    : shown_(to) {
    using now = fleet::membership_figures;
    shown_.measure("headroom_fleet_reservation",
                   "Connections the fleet's ledger has this process down for.", &now::reservation)
        .measure("headroom_fleet_demand",
                 "Connections this process could use of late: in use and waited for.", &now::demand)
        .measure("headroom_fleet_member",
                 "1 while the proof of life is held; 0: nothing opens.",
                 [](const now& is) { return is.phase == fleet::member_phase::member ? 1 : 0; })
        .measure("headroom_fleet_free",
                 "Free beside this process under the limit that binds, at its last visit.",
                 [](const now& is) { return is.bounds.empty() ? 0 : is.bounds.front().free; })
        .measure("headroom_fleet_overshoot_max",
                 "Connections it may still open before it notices a lost control.",
                 &now::unfenced_max)
        .count("headroom_fleet_rejoins_total", "Proofs of life taken again.", &now::rejoins)
        .count("headroom_fleet_failures_total", "Visits that did not reach the fleet's ledger.",
               &now::failures);
    to.before_scrape([this, &of] { shown_.show(of.figures()); });
}

}  // namespace headroom::service
