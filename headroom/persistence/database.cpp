#include "headroom/persistence/database.hpp"

#include <algorithm>

#include "headroom/persistence/start_failure.hpp"

namespace headroom::persistence {
namespace {

constexpr const char* lanes_name = "persistence.lanes";
constexpr const char* sessions_name = "persistence.sessions";
constexpr const char* sync_name = "persistence.sync_engine";
constexpr const char* sockets_name = "persistence.sockets";
constexpr const char* cancel_name = "persistence.cancel";
constexpr std::chrono::milliseconds look_again_ms{20};

/// The server notices within this that the client of a running statement is gone.
constexpr const char* check_the_client = "client_connection_check_interval=1000";

budget::consumer claimant(const char* name, const char* resource, unsigned pool) {
    budget::consumer made;
    made.name = name;
    made.package = "persistence";
    made.resource = resource;
    made.pool = pool;
    made.minimum = std::min(pool, 1U);
    made.hardcoded = true;
    return made;
}

budget::consumer connections(const char* name, unsigned pool, const std::string& role) {
    auto made = claimant(name, "postgres", pool);
    made.application_name = std::string("*/*/*/") + name;
    made.role = role;
    return made;
}

/// Of the async and the sync engine: by the way of queries.
budget::consumer queries(const char* name, unsigned pool, const database_settings& of) {
    auto made = connections(name, pool, of.pooler ? of.pooler->user : of.serve.user);
    made.resource = of.query_resource();
    return made;
}

budget::consumer elastic(budget::consumer made, std::optional<unsigned> overflow,
                         std::vector<std::string> settings) {
    made.overflow = burst_terms(overflow);
    made.settings = std::move(settings);
    made.hardcoded = false;
    return made;
}

budget::grant taken(budget::book& from, std::string_view consumer) {
    auto share = from.take(consumer);
    if (!share) throw budget::refused(std::move(share.error()));
    return std::move(*share);
}

session_bounds bounds_of(const database_terms& with) {
    auto bounds = with.for_sessions;
    bounds.wait_ms_max = with.settings.pool_timeout;
    bounds.lifetime_ms_max = with.settings.pool_recycle;
    bounds.session_hold_ms_max = with.settings.session_hold;
    bounds.idle_ms_max = std::min(bounds.idle_ms_max, bounds.lifetime_ms_max / 2);
    return bounds;
}

std::vector<reactor*> reactors_of(runtime& on) {
    std::vector<reactor*> all;
    for (std::size_t i = 0; i < on.reactors(); ++i) all.push_back(&on.at(i));
    return all;
}

}  // namespace

std::vector<budget::consumer> consumers(const database_settings& of, unsigned reserve) {
    const auto& role = of.serve.user;
    auto control = connections("persistence.control", 1, role);
    control.waits_on_nobody = true;
    // It has to come back before the close of its predecessor is known: only it can find that out.
    control.overflow = {budget::overflow_kind::shared, 1};
    auto lanes = elastic(queries(lanes_name, of.async.lanes, of), of.async_overflow,
                         {"DATABASE_ASYNC_POOL_SIZE", "DATABASE_ASYNC_MAX_OVERFLOW"});
    auto sessions = elastic(queries(sessions_name, of.async.sessions, of), of.async_overflow,
                            {"DATABASE_ASYNC_POOL_SIZE", "DATABASE_ASYNC_MAX_OVERFLOW"});
    auto migrations = connections("persistence.migrations", 1, of.migrate.user);
    migrations.when = budget::phase::deploy;
    std::vector<budget::consumer> all{std::move(control), std::move(lanes), std::move(sessions)};
    if (of.sync_pool > 0)
        all.push_back(elastic(queries(sync_name, of.sync_pool, of), of.sync_overflow,
                              {"DATABASE_SYNC_POOL_SIZE", "DATABASE_SYNC_MAX_OVERFLOW"}));
    all.push_back(std::move(migrations));
    const auto reserves = of.pooler ? 2 * reserve : reserve;  // one each ledger
    const auto sockets = 1 + of.async.lanes + of.async.sessions + of.sync_pool + reserves;
    auto descriptors = claimant(sockets_name, "files", sockets);
    descriptors.minimum = sockets;
    all.push_back(std::move(descriptors));
    auto cancels = claimant(cancel_name, "files", cancels_max);
    all.push_back(std::move(cancels));
    return all;
}

database::database(runtime& on, budget::book& from, door& to, database_terms with, door* direct)
    : on_(on),
      from_(from),
      to_(to),
      direct_(direct != nullptr ? *direct : to),
      with_(std::move(with)),
      sockets_(taken(from, sockets_name)),
      cancels_(on.system_pool(), taken(from, cancel_name)),
      note_(std::make_shared<server_note>(with_.beside_server)) {
    while (held_.size() < sockets_.agreed().floor) held_.push_back(sockets_.take().value());
    lanes_ = std::make_unique<persistence::lanes>(
        reactors_of(on), taken(from, lanes_name),
        [this](connection& link, deadline until) { return to_.open(link, until); },
        lane_settings{options_for(lanes_name, pooled()).application_name, pooled(), with_.for_lanes,
                      with_.echo ? &with_.echo : nullptr,
                      [note = note_] { return note->quoted(); }});
    sessions_ = make_pool(sessions_name, {.with_queries = true});
    if (with_.settings.sync_pool == 0) return;
    for_sync_ = make_pool(sync_name, {.with_queries = true});
    sync_.emplace(
        *for_sync_,
        [this](std::optional<tenant_id> tenant, statement text, parameters values, deadline until) {
            return lanes_->send(std::move(tenant), text, std::move(values), until);
        },
        on.blocking_pool());
}

database::~database() { stop(deadline::after(std::chrono::milliseconds(0))); }

// A pooler's backends are shared: nothing is prepared and nothing is set there.
connection_options database::options_for(std::string consumer, bool through_pooler) {
    auto name = with_.name;
    name.consumer = std::move(consumer);
    name.pooled = through_pooler;
    connection_options made;
    made.application_name = name.text();
    made.cancels = &cancels_;
    made.echo = with_.echo ? &with_.echo : nullptr;
    made.ends_with_host = !through_pooler;
    if (through_pooler) made.statement_cache_max = 0;
    else made.start_up = {check_the_client};
    return made;
}

std::unique_ptr<persistence::sessions> database::make_pool(std::string_view consumer,
                                                           const pool_way& by) {
    const bool through_pooler = by.with_queries && pooled();
    auto options = options_for(std::string(consumer), through_pooler);
    if (!through_pooler)
        options.start_up.insert(options.start_up.end(), by.settings.begin(), by.settings.end());
    if (!by.role.empty()) options.start_up.push_back("role=" + std::string(by.role));
    auto* const way = by.through != nullptr ? by.through : by.with_queries ? &to_ : &direct_;
    auto made = std::make_unique<persistence::sessions>(
        on_.home(), taken(from_, consumer),
        [way](connection& link, deadline until) { return way->open(link, until); },
        std::move(options), bounds_of(with_));
    made->add_to_refusals([note = note_] { return note->quoted(); });
    retirers_.push_back(made->retirer());
    return made;
}

void database::start(deadline by) {
    started_ = true;
    on_.home().run_blocking([this, by] { return start_all(by); });
}

task<void> database::start_all(deadline by) {
    co_await started_or_trying(lanes_->start(by));
    co_await started_or_trying(sessions_->start(by));
    if (for_sync_) co_await started_or_trying(for_sync_->start(by));
    while (lanes_->figures().lanes == 0) {
        if (by.passed()) throw connection_lost("no lane could be opened in time");
        co_await sleep_until(by.at_most(look_again_ms));
    }
}

void database::stop(deadline drain_until) noexcept {
    if (!std::exchange(started_, false)) return;
    try {
        on_.home().run_blocking([this, drain_until] { return stop_all(drain_until); });
    } catch (const std::exception&) {
        return;  // the reactor has ended: nothing runs there any more
    }
}

task<void> database::stop_all(deadline by) {
    if (for_sync_) co_await for_sync_->stop(by);
    co_await sessions_->stop(by);
    co_await lanes_->stop(by);
}

sync_engine& database::sync() noexcept {
    BOOST_ASSERT_MSG(sync_.has_value(), "DATABASE_SYNC_POOL_SIZE=0: there is no sync engine");
    return *sync_;
}

std::optional<pool_figures> database::sync_figures() const {
    if (!for_sync_) return std::nullopt;
    return for_sync_->figures();
}

void database::retire_connections() {
    for (const auto& retire : retirers_) retire();
    lanes_->retire_all();
}

std::vector<census_row> database::census() const {
    std::vector<census_row> rows;
    const auto book = from_.of(with_.settings.query_resource()).snapshot();
    const auto enter = [&](const char* consumer, unsigned open) {
        const auto at = std::ranges::find(book.accounts, consumer, [](const auto& each) {
            return std::string_view(each.agreed.consumer);
        });
        if (at == book.accounts.end()) return;
        rows.push_back({consumer, at->held, at->closing, open});
    };
    const auto open_in = [](const persistence::sessions& pool) {
        const auto now = pool.figures();
        return now.used + now.idle + now.opening + now.kept;
    };
    const auto now = lanes_->figures();
    enter(lanes_name, now.lanes + now.fading + now.opening);
    enter(sessions_name, open_in(*sessions_));
    if (for_sync_) enter(sync_name, open_in(*for_sync_));
    return rows;
}

}  // namespace headroom::persistence
