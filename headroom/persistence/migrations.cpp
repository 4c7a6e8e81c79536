#include "headroom/persistence/migrations.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "headroom/persistence/advisory_locks.hpp"
#include "headroom/persistence/migration_script.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;

constexpr statement begin{"begin"};
constexpr statement commit{"commit"};
constexpr statement rollback{"rollback"};
constexpr statement bound_locks{"select set_config('lock_timeout', $1, true)"};
constexpr statement bound_statements{"select set_config('statement_timeout', $1, true)"};
constexpr statement lock{"select pg_advisory_xact_lock($1, $2)"};
constexpr statement exists{"select to_regclass('headroom_migrations') is not null"};
constexpr statement list{
    "select version, name, checksum, applied_at::text from headroom_migrations order by version"};
constexpr statement create{
    "create table if not exists headroom_migrations ("
    " version integer primary key check (version > 0), name text not null,"
    " checksum text not null check (length(checksum) = 64),"
    " applied_at timestamptz not null default now(),"
    " applied_by text not null default session_user)"};
constexpr statement let_all_read{"grant select on headroom_migrations to public"};
constexpr statement enter{
    "insert into headroom_migrations (version, name, checksum) values ($1, $2, $3)"};

constexpr std::string_view lock_not_available = "55P03";
constexpr std::chrono::milliseconds rollback_ms_max{1000};
constexpr std::chrono::milliseconds answer_ms{100};  // the server gives up first, and says why

parameters time_for(deadline until) {
    return parameters::of(std::to_string(std::max(1ms, until.left() - answer_ms).count()));
}

/// A transaction that holds the migrations lock. Ends itself when it is neither kept nor undone by
/// closing the connection: callers always do one of the two.
task<void> begin_locked(connection& on, deadline until) {
    co_await on.run(begin, {}, until);
    co_await on.run(bound_locks, time_for(until), until);
    const auto key = static_cast<std::int32_t>(lock_class::migrations);
    try {
        co_await on.run(lock, parameters::of(key, std::int32_t{0}), until);
    } catch (const server_error& refused) {
        if (!refused.is(lock_not_available)) throw;
        throw migration_busy("another migrator is at work: it held the lock until the deadline");
    }
    co_await on.run(bound_statements, time_for(until), until);
}

/// Undoes what is open; a connection that cannot even do that is closed by its owner.
task<void> undo(connection& on) {
    if (on.is() != connection::state::ready) co_return;
    try {
        co_await on.run(rollback, {}, deadline::after(rollback_ms_max));
    } catch (const std::exception&) {
        // The server rolls back by itself when the connection ends.
    }
}

/// Runs `body` within a locked transaction: all of it, or nothing.
template <class Body>
task<void> locked(connection& on, deadline until, Body body) {
    std::exception_ptr failure;
    try {
        co_await begin_locked(on, until);
        co_await body();
        co_await on.run(commit, {}, until);
    } catch (...) {
        failure = std::current_exception();
    }
    if (!failure) co_return;
    co_await undo(on);
    std::rethrow_exception(failure);
}

task<void> make_table(connection& on, deadline until) {
    co_await on.run(create, {}, until);
    co_await on.run(let_all_read, {}, until);
}

task<void> run_file(connection& on, const migration& file, deadline until) {
    // It was split when it was loaded, so it can be split now.
    for (const auto& each : split_script(file.text).value()) {
        const auto text = statement::from_file(each.text);
        try {
            co_await on.run(text, {}, until);
        } catch (const server_error& refused) {
            if (refused.is(sqlstate::query_canceled) && until.left() <= 2 * answer_ms)
                throw deadline_passed(fmt::format("{}:{}: took too long", file.file(), each.line));
            throw migration_error(fmt::format("{}:{}: {}", file.file(), each.line, refused.what()));
        }
    }
    co_await on.run(enter, parameters::of(file.version, file.name, file.checksum), until);
}

void require_sound(const migration_plan& plan) {
    if (!plan.faults.empty())
        throw migration_error(fmt::format("{}", fmt::join(plan.faults, "; ")));
}

}  // namespace

task<std::vector<applied_migration>> read_applied(connection& on, deadline until) {
    std::vector<applied_migration> applied;
    const auto known = co_await on.run(exists, {}, until);
    if (!known.one<bool>()) co_return applied;
    const auto found = co_await on.run(list, {}, until);
    for (int i = 0; i < found.size(); ++i)
        applied.push_back({found[i].get<std::int32_t>(0), found[i].get<std::string>(1),
                           found[i].get<std::string>(2), found[i].get<std::string>(3)});
    co_return applied;
}

task<migration_outcome> migrate(connection& on, std::span<const migration> files, deadline until,
                                std::move_only_function<void(const migration&)> applying) {
    migration_outcome outcome;
    // What is wrong already is said before the first change, a table of ours included.
    const auto before = compare(files, co_await read_applied(on, until));
    require_sound(before);
    outcome.from = outcome.to = before.have;
    if (before.pending.empty()) co_return outcome;
    co_await locked(on, until, [&]() -> task<void> { co_await make_table(on, until); });
    bool more = true;
    while (more) {
        const migration* next = nullptr;
        co_await locked(on, until, [&]() -> task<void> {
            const auto plan = compare(files, co_await read_applied(on, until));
            require_sound(plan);
            more = !plan.pending.empty();
            outcome.to = std::max(outcome.to, plan.have);
            if (!more) co_return;
            next = plan.pending.front();
            if (applying) applying(*next);
            co_await run_file(on, *next, until);
        });
        if (next == nullptr) continue;
        outcome.to = next->version;
        outcome.applied.push_back(next->file());
    }
    co_return outcome;
}

std::string schema_fault(int found, int wanted) {
    if (found >= wanted) return {};
    return fmt::format(
        "the schema is at version {}, this program needs {}: run `headroom-service "
        "migrate` first",
        found, wanted);
}

task<std::string> check_schema(connection& on, int wanted, deadline until) {
    const auto applied = co_await read_applied(on, until);
    co_return schema_fault(applied.empty() ? 0 : applied.back().version, wanted);
}

}  // namespace headroom::persistence
