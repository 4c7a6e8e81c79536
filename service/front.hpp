// service/front.hpp: the HTTP server of a process, and what every process shows there or on the
// management port.
#pragma once
#include <optional>

#include "headroom/http/certificate_watch.hpp"
#include "headroom/http/rate_limiter.hpp"
#include "headroom/http/server.hpp"
#include "headroom/observability/budget_metrics.hpp"
#include "headroom/runtime/runtime.hpp"
#include "service/api_description.hpp"
#include "service/operations_routes.hpp"
#include "service/parts.hpp"
#include "service/server_metrics.hpp"
#include "service/settings.hpp"

namespace headroom::service {

/// All of it outlives the front.
struct front_ground {
    runtime& on;
    budget::book& book;
    const settings& with;
    const observability::redactor& hiding;
    const observability::logger& log;
};

/// Health, the budget and the process's own figures. Routes are added to api(), middleware to
/// routes(), then parts() seals them. After admission: the limits that were read then
/// are shown.
class front {
public:
    explicit front(const front_ground& of);
    front(const front&) = delete;
    front& operator=(const front&) = delete;

    http::router& routes() noexcept { return routes_; }
    /// What one client may ask, counted from here on: behind whoever authenticates, so that a
    /// caller is known by name before the address counts. parts() does it where nobody did.
    void limit_rates();
    /// Where that counts; null where there is no such limit.
    std::shared_ptr<http::rate_limiter> rates();
    http::typed::api& api() noexcept { return api_; }
    /// See http::server::shed_under(). Nobody has to.
    void shed_under(http::pressure& behind, unsigned places) { behind_ = {&behind, places}; }
    /// Serves what api() has by now as OpenAPI, and a page of it: see describe_api(). parts() does
    /// it where nobody did.
    void describe(ways_in needs = {}, bool sessions = false);
    observability::health& health() noexcept { return health_; }
    observability::metrics& metrics() noexcept { return metrics_; }
    /// The servers and the announcement, which tells of so many projections: to be started last.
    /// Called once. Throws http::certificate_fault.
    std::vector<part*> parts(std::size_t projections = 0);

private:
    http::server_grants grants_of(const char* listener, const char* connections,
                                  const char* refusals);
    void open_management();
    void open_certificates();

    const front_ground of_;
    observability::health health_;
    observability::metrics metrics_;
    observability::budget_metrics budget_;
    observability::counter lost_records_;
    operations looks_;
    std::shared_ptr<http::rate_limiter> rates_;  // null: no such limit, or nobody asked yet
    bool limited_ = false;
    std::pair<http::pressure*, unsigned> behind_{};  // and places; null: nothing
    http::router routes_, management_routes_;
    http::typed::api api_{routes_};
    bool described_ = false;
    std::optional<http::certificates> certificates_;  // where the settings say TLS
    std::optional<http::certificate_watch> renewal_;
    std::optional<http::server> management_, server_;
    std::optional<server_metrics> served_;
    std::optional<announcement> announced_;
};

}  // namespace headroom::service
