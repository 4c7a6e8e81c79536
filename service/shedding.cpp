#include "service/shedding.hpp"

#include <algorithm>

#include "headroom/eventsourcing/consumers.hpp"
#include "service/server_metrics.hpp"

namespace headroom::service {
namespace {

constexpr const char* lanes_name = "persistence.lanes";
constexpr const char* stalled_name = "headroom_postgres_stalled";
constexpr const char* stalled_help =
    "1 while statements of a consumer wait and none is answered: who needs it is told 503.";

/// HTTP's safe methods (RFC 9110, 9.2.1) append nothing, but for the first sign-in of a user.
bool only_reads(http::method verb) noexcept {
    return verb == http::method::get || verb == http::method::head ||
           verb == http::method::options;
}

}  // namespace

unsigned places_behind(unsigned leases, unsigned in_flight_max) noexcept {
    const auto apart = (in_flight_max + apart_one_of - 1) / apart_one_of;
    const auto most = in_flight_max > apart ? in_flight_max - apart : 1;
    return std::clamp(leases * requests_per_lease, 1U, most);
}

// Connections that fade are owed answers. Without a lane the lanes themselves ask: for one.
backlog_reading reading_of(const persistence::lane_figures& of) noexcept {
    const std::uint64_t asking = of.pending + of.waiting + of.fading;
    return {of.lanes == 0 ? std::max<std::uint64_t>(asking, 1) : asking, of.answered + of.opened};
}

backlog_reading reading_of(const eventsourcing::store_figures& of) noexcept {
    return {of.under_way, of.appends + of.repeated + of.conflicts};
}

shedding::shedding(reactor& home, persistence::database& db,
                   const eventsourcing::event_store& store, const budget::ledger& resource,
                   observability::metrics& to)
    : db_(db), store_(store), resource_(resource),
      slow_(to.count(shed_metric, shed_help, {{"reason", "slow"}})),
      stalled_(to.count(shed_metric, shed_help, {{"reason", "stalled"}})),
      reads_stalled_(to.measure(stalled_name, stalled_help, {{"consumer", lanes_name}})),
      changes_stalled_(to.measure(stalled_name, stalled_help,
                                  {{"consumer", eventsourcing::store_consumer}})),
      looks_(home, period_ms, [this] { look(); }) {}

unsigned shedding::places(unsigned in_flight_max) const {
    unsigned floors = 0, bursts = 0;
    const auto ledger = resource_.snapshot();
    for (const auto& each : ledger.accounts) {
        const auto& of = each.agreed;
        if (of.consumer != lanes_name && of.consumer != eventsourcing::store_consumer) continue;
        floors += of.floor;
        bursts += of.burst;
    }
    return places_behind(floors + std::min(bursts, ledger.reserve), in_flight_max);
}

void shedding::look() {
    const auto now = deadline::clock::now();
    reads_.observe(reading_of(db_.lanes().figures()), now);
    changes_.observe(reading_of(store_.figures()), now);
    held_ = resource_.held();
    limit_ = resource_.ceiling();
    reads_stalled_.set(reads_.stalled() ? 1 : 0);
    changes_stalled_.set(changes_.stalled() ? 1 : 0);
}

std::optional<http::problem> shedding::refuse(const http::request& of,
                                              deadline::clock::time_point now) {
    if (const auto why = reads_.refuse(now, of.until)) return tell(*why, lanes_name);
    if (only_reads(of.method)) return std::nullopt;
    if (const auto why = changes_.refuse(now, of.until))
        return tell(*why, eventsourcing::store_consumer);
    return std::nullopt;
}

http::problem shedding::tell(const backlog_refusal& why, std::string_view consumer) {
    const bool stalled = why.why == backlog_refusal::reason::stalled;
    (stalled ? stalled_ : slow_).add();
    http::problem out{503, stalled ? "PostgreSQL answers nothing at present."
                                   : "PostgreSQL would not answer in time."};
    out.with("resource", resource_.resource())
        .with("consumer", consumer)
        .with("reason", stalled ? "stalled" : "slow")
        .with("held", static_cast<std::int64_t>(held_))
        .with("limit", static_cast<std::int64_t>(limit_))
        .with("waiting", static_cast<std::int64_t>(why.asking))
        .with(stalled ? "still_ms" : "wait_ms", why.wait.count());
    return out;
}

}  // namespace headroom::service
