// service/face.hpp: the front of a process that has a database, with what it shows of that.
#pragma once
#include "service/cache_metrics.hpp"
#include "service/event_metrics.hpp"
#include "service/fleet_metrics.hpp"
#include "service/front.hpp"
#include "service/live_metrics.hpp"
#include "service/readiness.hpp"

namespace headroom::service {

/// Routes are added to api(), middleware to routes(), then parts() seals them. All references
/// outlive it.
class face {
public:
    /// `store`, `kept`: null where there is none.
    face(process& in, persistence::database& db, const projecting& events,
         const eventsourcing::event_store* store, const cache::two_level* kept);
    face(const face&) = delete;
    face& operator=(const face&) = delete;

    http::router& routes() noexcept { return front_.routes(); }
    void limit_rates() { front_.limit_rates(); }
    void shed_under(http::pressure& behind, unsigned places) { front_.shed_under(behind, places); }
    std::shared_ptr<http::rate_limiter> rates() { return front_.rates(); }
    http::typed::api& api() noexcept { return front_.api(); }
    void describe(ways_in needs, bool sessions) { front_.describe(std::move(needs), sessions); }
    observability::health& health() noexcept { return front_.health(); }
    observability::metrics& metrics() noexcept { return front_.metrics(); }
    /// Readiness, the server, the announcement: to be started last. Called once.
    std::vector<part*> parts();

private:
    const std::size_t projections_;
    front front_;
    const live_metrics figures_;
    const event_metrics events_;
    const fleet_metrics fleet_;
    const cache_metrics cache_;
    readiness watch_;
};

}  // namespace headroom::service
