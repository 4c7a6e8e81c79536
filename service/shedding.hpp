// service/shedding.hpp: who is turned away at the door because PostgreSQL would not answer in time.
//
// What reads leans on lanes, what changes something on lanes and the event store. A look ten times
// a second tells the backlog of each how many ask and how many were answered; a request that would
// wait beyond its deadline, or for something that has stalled, is told 503 with figures, before
// anything is done for it. Full pools that move refuse nobody here: they have queues of their own.
#pragma once
#include <atomic>

#include "headroom/budget/ledger.hpp"
#include "headroom/eventsourcing/event_store.hpp"
#include "headroom/http/pressure.hpp"
#include "headroom/observability/metrics.hpp"
#include "headroom/persistence/database.hpp"
#include "headroom/runtime/backlog.hpp"
#include "headroom/runtime/part.hpp"
#include "headroom/runtime/repeated_look.hpp"

namespace headroom::service {

/// Requests in handlers for each connection they may lean on: as many appends share a transaction,
/// and as many statements are well short of what makes a lane deep.
inline constexpr unsigned requests_per_lease = 64;
/// One place of so many is kept for what leans on no connection.
inline constexpr unsigned apart_one_of = 8;

/// Places for requests that lean on `leases` connections, of `in_flight_max` in all. At least one.
unsigned places_behind(unsigned leases, unsigned in_flight_max) noexcept;

/// What lanes, or a store, tell of themselves.
backlog_reading reading_of(const persistence::lane_figures& of) noexcept;
backlog_reading reading_of(const eventsourcing::store_figures& of) noexcept;

/// A part, to be started before the server and stopped after it.
class shedding final : public part, public http::pressure {
public:
    static constexpr std::chrono::milliseconds period_ms{100};

    /// `resource`: the ledger that lanes and store lease from. All outlive it.
    shedding(reactor& home, persistence::database& db, const eventsourcing::event_store& store,
             const budget::ledger& resource, observability::metrics& to);
    shedding(const shedding&) = delete;
    shedding& operator=(const shedding&) = delete;

    /// Of as many connections as lanes and store may have together, as the plan says.
    unsigned places(unsigned in_flight_max) const;

    bool stands() const noexcept override { return reads_.stands() || changes_.stands(); }
    std::optional<http::problem> refuse(const http::request& of,
                                        deadline::clock::time_point now) override;

    std::string_view name() const noexcept override { return "service.shedding"; }
    void start(deadline) override { looks_.start(); }
    void stop(deadline) noexcept override { looks_.stop(); }

private:
    void look();
    http::problem tell(const backlog_refusal& why, std::string_view consumer);

    persistence::database& db_;
    const eventsourcing::event_store& store_;
    const budget::ledger& resource_;
    backlog reads_, changes_;
    std::atomic<unsigned> held_{0}, limit_{0};  // of the resource, at the last look
    observability::counter slow_, stalled_;
    observability::gauge reads_stalled_, changes_stalled_;
    repeated_look looks_;
};

}  // namespace headroom::service
