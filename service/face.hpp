// service/face.hpp: the HTTP server of a process, and what it shows to those who look after it.
#pragma once
#include "headroom/http/server.hpp"
#include "service/event_metrics.hpp"
#include "service/fleet_metrics.hpp"
#include "service/live_metrics.hpp"
#include "service/operations_routes.hpp"
#include "service/readiness.hpp"

namespace headroom::service {

/// Routes are added to routes(), then parts() seals them. All references outlive it.
class face {
public:
    face(process& in, persistence::database& db, const projecting& events,
         const eventsourcing::event_store* store);
    face(const face&) = delete;
    face& operator=(const face&) = delete;

    http::router& routes() noexcept { return routes_; }
    observability::health& health() noexcept { return health_; }
    /// Readiness, the server, the announcement: to be started last. Called once.
    std::vector<part*> parts();

private:
    process& in_;
    const std::size_t projections_;
    observability::health health_;
    observability::metrics metrics_;
    const live_metrics figures_;
    const event_metrics events_;
    const fleet_metrics fleet_;
    operations looks_;
    http::router routes_;
    readiness watch_;
    std::optional<http::server> server_;
    std::optional<announcement> announced_;
};

}  // namespace headroom::service
