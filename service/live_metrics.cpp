#include "service/live_metrics.hpp"

namespace headroom::service {
namespace {

using observability::pool_reading;

constexpr const char* lanes_consumer = "persistence.lanes";
constexpr const char* sessions_consumer = "persistence.sessions";
constexpr const char* sync_consumer = "persistence.sync_engine";

// A lane is shared: it is in use whenever it is up.
pool_reading reading_of(const persistence::lane_figures& lanes) {
    pool_reading now;
    now.used = lanes.lanes + lanes.fading;
    now.pending = static_cast<unsigned>(lanes.waiting);
    now.created = lanes.opened;
    now.taken = lanes.statements;
    return now;
}

pool_reading reading_of(const persistence::pool_figures& pool) {
    pool_reading now;
    now.idle = pool.idle;
    now.used = pool.used;
    now.max = pool.max;
    now.pending = pool.pending;
    now.timeouts = pool.timeouts;
    now.created = pool.opened;
    now.waited = pool.waits;
    now.taken = pool.takes;
    now.create = pool.create_time;
    now.wait = pool.wait_time;
    now.use = pool.use_time;
    return now;
}

// The most a consumer may hold, as its ledger has it.
void bound(pool_reading& now, const budget::book& book, std::string_view consumer) {
    for (const auto& ledger : book.snapshot())
        for (const auto& each : ledger.accounts)
            if (each.agreed.consumer == consumer) {
                now.idle_min = each.agreed.floor;
                now.max = each.agreed.floor + each.agreed.burst;
            }
}

}  // namespace

live_metrics::live_metrics(observability::metrics& to, const budget::book& book,
                           persistence::database& db)
    : db_(db),
      book_(book),
      lanes_(to, lanes_consumer),
      sessions_(to, sessions_consumer),
      statements_in_flight_(
          to.measure("db_client_lane_statements", "Statements in flight on lanes.")),
      statements_(to.count("db_client_lane_statements_total", "Statements sent on lanes.")) {
    if (db.has_sync_engine()) sync_.emplace(to, sync_consumer);
    to.before_scrape([this] { refresh(); });
}

void live_metrics::refresh() {
    const auto figures = db_.lanes().figures();
    auto lanes = reading_of(figures);
    auto sessions = reading_of(db_.sessions().figures());
    bound(lanes, book_, lanes_consumer);
    bound(sessions, book_, sessions_consumer);
    lanes_.show(lanes);
    sessions_.show(sessions);
    if (const auto own = db_.sync_figures(); own && sync_) {
        auto sync = reading_of(*own);
        bound(sync, book_, sync_consumer);
        sync_->show(sync);
    }
    statements_in_flight_.set(static_cast<double>(figures.pending));
    statements_.grow_to(static_cast<double>(figures.statements));
}

}  // namespace headroom::service
