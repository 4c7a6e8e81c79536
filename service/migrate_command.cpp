#include "service/migrate_command.hpp"

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/json.hpp>
#include <ostream>
#include <random>

#include "headroom/budget/exit_code.hpp"
#include "headroom/persistence/application_name.hpp"
#include "headroom/persistence/door.hpp"
#include "headroom/persistence/migrations.hpp"
#include "headroom/persistence/start_failure.hpp"
#include "headroom/persistence/visit.hpp"
#include "headroom/runtime/backoff.hpp"
#include "headroom/runtime/process_limits.hpp"
#include "headroom/runtime/runtime.hpp"
#include "service/schema.hpp"

namespace headroom::service {
namespace {

namespace json = boost::json;
namespace exit_code = budget::exit_code;
using persistence::start_action;

constexpr persistence::statement has_ledger{
    "select pg_catalog.to_regclass('headroom_fleet.header') is not null"};
constexpr char migrations_consumer[] = "persistence.migrations";
constexpr std::chrono::milliseconds attempt_ms_max{5'000};
constexpr std::chrono::milliseconds look_ms{100};  // how soon a signal is noticed
constexpr backoff_bounds pauses{std::chrono::milliseconds(50), std::chrono::milliseconds(200),
                                std::chrono::milliseconds(2'000)};

void declare(budget::book& into, const settings& with) {
    into.declare(budget::resource{"postgres", {}, 0, 0});
    for (auto& each : read_process_limits().resources()) into.declare(std::move(each));
    for (auto& each : headroom::consumers(with.process)) into.declare(std::move(each));
    budget::consumer one;
    one.name = migrations_consumer;
    one.package = "persistence";
    one.resource = "postgres";
    one.pool = 1;
    into.declare(std::move(one));
}

persistence::start_failure gives_up(std::string why) {
    return {start_action::refuse, exit_code::unavailable, std::move(why)};
}

/// The files were not done in their own time; what was under way is rolled back.
class out_of_time : public std::runtime_error {
public:
    explicit out_of_time(const persistence::deadline_passed& late)
        : std::runtime_error(std::string("HEADROOM_MIGRATE_TIMEOUT has passed: ") + late.what()) {}
};

/// What there was to do and what was done.
struct migrated {
    std::vector<persistence::applied_migration> before;
    persistence::migration_outcome done;
};

class migrator {
public:
    migrator(const settings& with, budget::book& book, std::ostream& err)
        : with_(with), err_(err), on_(book, with.process),
          door_(with.database.migrate, &on_.system_pool()),
          fleet_door_(with.fleet.migrate, &on_.system_pool()),
          share_(book.take(migrations_consumer).value()) {}

    /// Tries until it worked, nothing can mend it, or the start timeout has passed. Once a server
    /// was there, the files have a time of their own.
    int run(migrate_mode mode, migrated& into) {
        const auto until = deadline::after(with_.process.start_timeout);
        backoff pause(pauses, std::minstd_rand(std::random_device{}()));
        for (;;) {
            const auto failure = attempt(mode, into, until);
            if (!failure) return exit_code::ok;
            const bool again = failure->act == start_action::wait && !until.passed() &&
                               !on_.stop_requested();
            if (!again) {
                err_ << "headroom-service migrate: " << failure->line << "\n";
                return failure->exit_code;
            }
            if (pause.failures() == 0)
                err_ << "headroom-service migrate: waiting: " << failure->line << "\n";
            const auto next = until.at_most(pause.next());
            on_.home().run_blocking([next] { return sleep_until(next); });
        }
    }

private:
    std::optional<persistence::start_failure> attempt(migrate_mode mode, migrated& into,
                                                      deadline until) {
        try {
            on_.home().run_blocking([&] { return visit(mode, into, until); });
            return std::nullopt;
        } catch (const persistence::migration_error& why) {
            return persistence::start_failure{start_action::refuse, exit_code::refused, why.what()};
        } catch (const persistence::migration_busy& why) {
            return gives_up(why.what());
        } catch (const out_of_time& late) {
            return gives_up(late.what());
        } catch (...) {
            if (on_.stop_requested()) return gives_up("stopped by a signal");
            return persistence::explain(std::current_exception(),
                                        with_.database.migrate.describe());
        }
    }

    task<void> visit(migrate_mode mode, migrated& into, deadline until) {
        co_await unless_stopped(door_, until, [&](persistence::connection& link) {
            return work(link, mode, into, until);
        });
        if (mode == migrate_mode::apply && with_.fleet.elsewhere)
            co_await unless_stopped(fleet_door_, until, [&](persistence::connection& link) {
                return install_ledger(link);
            });
    }

    /// One connection, one after the other: what it does is cancelled when a signal comes.
    task<void> unless_stopped(persistence::door& to, deadline until,
                              const std::function<task<void>(persistence::connection&)>& what) {
        co_await persistence::with_connection(
            on_.home(), to, share_, options(),
            [&](persistence::connection& link) -> task<void> {
                using namespace boost::asio::experimental::awaitable_operators;
                std::exception_ptr failure;
                co_await (kept(failure, what(link)) || stop_asked());
                if (failure) std::rethrow_exception(failure);
            },
            until.at_most(attempt_ms_max));
    }

    /// In a database of its own, or of another service, whose migrations bring it along.
    task<void> install_ledger(persistence::connection& link) {
        const auto there = co_await link.run(has_ledger, {}, *work_by_);
        if (there.one<bool>()) co_return;
        co_await persistence::migrate(link, fleet_schema(), *work_by_,
                                      [this](const persistence::migration& each) {
                                          err_ << "applying " << each.file() << " in "
                                               << with_.fleet.migrate.database << "\n";
                                      });
    }

    static task<void> kept(std::exception_ptr& failure, task<void> what) {
        try {
            co_await std::move(what);
        } catch (...) {
            failure = std::current_exception();
        }
    }

    /// Returns when a signal came; the work beside it is cancelled then.
    task<void> stop_asked() const {
        while (!on_.stop_requested()) co_await sleep_until(deadline::after(look_ms));
    }

    task<void> work(persistence::connection& link, migrate_mode mode, migrated& into,
                    deadline until) {
        into.before = co_await persistence::read_applied(link, until);
        if (mode != migrate_mode::apply) co_return;
        if (!work_by_) work_by_ = deadline::after(with_.database.migrate_timeout);
        try {
            into.done = co_await persistence::migrate(
                link, schema(), *work_by_, [this](const persistence::migration& each) {
                    err_ << "applying " << each.file() << "\n";
                });
        } catch (const persistence::deadline_passed& late) {
            throw out_of_time(late);
        }
    }

    persistence::connection_options options() const {
        using persistence::application_name;
        persistence::connection_options made;
        made.application_name =
            application_name{
                application_name::fit(with_.process.system, application_name::system_max),
                "migrate", std::random_device{}(), migrations_consumer}
                .text();
        made.statement_cache_max = 0;
        return made;
    }

    const settings& with_;
    std::ostream& err_;
    runtime on_;
    persistence::door door_, fleet_door_;
    budget::grant share_;
    std::optional<deadline> work_by_;
};

json::object to_json(const migrated& of, const persistence::migration_plan& plan,
                     migrate_mode mode) {
    json::array applied, pending, done;
    for (const auto& each : of.before)
        applied.push_back(json::object{{"version", each.version},
                                       {"name", each.name},
                                       {"checksum", each.checksum},
                                       {"applied_at", each.applied_at}});
    for (const auto* each : plan.pending) pending.push_back(json::string(each->file()));
    for (const auto& each : of.done.applied) done.push_back(json::string(each));
    json::object body{{"have", plan.have}, {"want", plan.want}, {"applied", std::move(applied)}};
    if (mode == migrate_mode::apply) body["done"] = std::move(done);
    else body["pending"] = std::move(pending);
    return body;
}

void print(const migrated& of, const persistence::migration_plan& plan, migrate_mode mode,
           std::ostream& out) {
    if (mode == migrate_mode::status)
        for (const auto& each : of.before)
            out << "applied  " << each.version << "  " << each.name << "  " << each.applied_at
                << "\n";
    const char* verb = mode == migrate_mode::dry_run ? "would apply  " : "pending  ";
    if (mode != migrate_mode::apply)
        for (const auto* each : plan.pending) out << verb << each->file() << "\n";
    for (const auto& each : of.done.applied) out << "applied  " << each << "\n";
    const int now = mode == migrate_mode::apply ? of.done.to : plan.have;
    out << "the schema is at version " << now << " of " << plan.want << "\n";
}

}  // namespace

int migrate(const settings& with, migrate_mode mode, output as, std::ostream& out,
            std::ostream& err) {
    budget::book book;
    declare(book, with);
    migrated found;
    if (const int code = migrator(with, book, err).run(mode, found); code != exit_code::ok)
        return code;
    const auto plan = persistence::compare(schema(), found.before);
    for (const auto& each : plan.faults) err << "headroom-service migrate: " << each << "\n";
    if (as == output::json) out << json::serialize(to_json(found, plan, mode)) << "\n";
    else print(found, plan, mode, out);
    return plan.faults.empty() ? exit_code::ok : exit_code::refused;
}

}  // namespace headroom::service
