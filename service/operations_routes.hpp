// service/operations_routes.hpp: what probes, scrapers and people on call read.
//
//     GET /livez     the process answers
//     GET /readyz    it should be sent requests
//
// and for people on call, on the management port alone where there is one:
//
//     GET /healthz   checks, the live budget and the thread count, as numbers
//     GET /metrics   Prometheus text
//     GET /budget    the plan's verdict beside what is held now
//     GET /inflight  the requests under way: route, age, phase, ids
//
// None of them takes a connection: they read what was reported in the background.
#pragma once
#include "headroom/budget/book.hpp"
#include "headroom/http/server.hpp"
#include "headroom/http/typed/api.hpp"
#include "headroom/observability/health.hpp"
#include "headroom/observability/metrics.hpp"
#include "headroom/observability/redactor.hpp"
#include "headroom/runtime/worker_pool.hpp"

namespace headroom::service {

/// Everything they read; all of it outlives the router.
struct operations {
    const budget::book& book;
    const observability::health& health;
    observability::metrics& metrics;
    const observability::redactor& hiding;
    worker_pool& system_pool;  ///< where /proc and the registry are read
    std::string version;
    http::server* public_server = nullptr;  ///< whose requests are listed; known before it starts
};

/// livez and readyz.
void add_probes(http::typed::api& to, operations& of);
/// The others.
void add_figures(http::typed::api& to, operations& of);

}  // namespace headroom::service
