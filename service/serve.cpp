#include "service/serve.hpp"

#include <fmt/format.h>

#include <random>

#include "headroom/budget/exit_code.hpp"
#include "headroom/http/access_report.hpp"
#include "headroom/persistence/admission.hpp"
#include "headroom/persistence/start_failure.hpp"
#include "headroom/runtime/backoff.hpp"
#include "headroom/runtime/runtime.hpp"
#include "service/blueprint.hpp"
#include "service/errors.hpp"
#include "service/live_metrics.hpp"
#include "service/logging.hpp"
#include "service/operations_routes.hpp"
#include "service/parts.hpp"
#include "service/readiness.hpp"
#include "service/server_watch.hpp"
#include "service/start_check.hpp"
#include "service/tenancy/routes.hpp"

namespace headroom::service {
namespace {

using observability::logger;
namespace exit_code = budget::exit_code;

constexpr std::chrono::milliseconds attempt_ms_max{5'000};  // of one look at schema and role

budget::grant take(budget::book& from, const char* consumer) {
    auto share = from.take(consumer);
    if (!share) throw budget::refused(std::move(share.error()));
    return *std::move(share);
}

persistence::application_name member_of(const settings& with) {
    return {persistence::application_name::fit(with.process.system,
                                               persistence::application_name::system_max),
            "serve", std::random_device{}(), ""};
}

std::string named(persistence::application_name member, const char* consumer) {
    member.consumer = consumer;
    return member.text();
}

int refuse_start(const logger& log, const std::vector<std::string>& faults) {
    for (const auto& each : faults) {
        log.error(each);
        fmt::print(stderr, "headroom-service: {}\n", each);
    }
    return exit_code::refused;
}

/// Everything between the first look at the server and the last request.
class process {
public:
    process(const settings& with, budget::book& book, const observability::redactor& hiding,
            const logger& log, const persistence::application_name& member)
        : with_(with),
          book_(book),
          hiding_(hiding),
          log_(log),
          member_(member),
          on_(book, with.process),
          door_(with.database.serve, &on_.system_pool()),
          control_(on_.home(), take(book, "persistence.control"),
                   {&door_, named(member, "persistence.control"), {}}),
          watch_(book, log, with.process.policy != budget_policy::warn),
          keeper_(on_.home(), control_) {
        for (auto* each : reactors()) control_.look_after(persistence::closing_room::of(*each));
    }

    int run() {
        const auto until = deadline::after(with_.process.start_timeout);
        if (const int code = admit(until); code != exit_code::ok) return code;
        if (const int code = check(until); code != exit_code::ok) return code;
        return serve();
    }

private:
    int admit(deadline until) {
        persistence::admission_terms terms;
        terms.policy = with_.process.policy;
        terms.target = with_.database.serve.describe();
        terms.system = member_.system;
        terms.on_wait = [this](const std::string& why) { log_.warn("waiting", {{"reason", why}}); };
        terms.give_up = [this] { return on_.stop_requested(); };
        persistence::admission result;
        on_.home().run_blocking([&]() -> task<void> {
            result = co_await persistence::admit(control_, book_, std::move(terms), until);
            if (result.starts()) watch_.begin(control_);
        });
        report(result);
        return result.starts() ? exit_code::ok : result.decision.exit_code;
    }

    void report(const persistence::admission& result) {
        const log_fields with(persistence::as_fields(result));
        log_.report(
            result.starts() ? observability::severity::info : observability::severity::error,
            result.starts() ? "budget" : "start refused", with.attributes());
        fmt::print(stderr, "{}\n", hiding_.clean(persistence::as_text(result)));
        if (result.starts()) return;
        fmt::print(stderr, "headroom-service: {}\n", hiding_.clean(result.decision.reason));
    }

    int check(deadline until) {
        auto share = take(book_, start_check_consumer);
        start_findings found;
        backoff pause({}, std::minstd_rand(std::random_device{}()));
        while (const auto failure = look(share, found, until)) {
            if (failure->act != persistence::start_action::wait || until.passed() ||
                on_.stop_requested()) {
                refuse_start(log_, {failure->line});
                return failure->exit_code;
            }
            if (pause.failures() == 0) log_.warn("waiting", {{"reason", failure->line}});
            const auto next = until.at_most(pause.next());
            on_.home().run_blocking([next] { return sleep_until(next); });
        }
        for (const auto& each : found.warnings) log_.warn(each);
        return found.faults.empty() ? exit_code::ok : refuse_start(log_, found.faults);
    }

    /// One look at schema and role; why not, if the server did not let us.
    std::optional<persistence::start_failure> look(budget::grant& share, start_findings& found,
                                                   deadline until) {
        try {
            on_.home().run_blocking([&]() -> task<void> {
                found = co_await check_start(on_.home(), share, door_,
                                             named(member_, start_check_consumer),
                                             with_.process.profile, until.at_most(attempt_ms_max));
            });
            return std::nullopt;
        } catch (...) {
            return persistence::explain(std::current_exception(),
                                        with_.database.serve.describe());
        }
    }

    int serve() {
        persistence::database db(on_, book_, door_, terms());
        db.sessions().on_leak([this](const persistence::leak& held) {
            log_.warn("a session is held for long", {{"hold", held.message()}});
        });
        observability::health health;
        observability::metrics metrics;
        const live_metrics figures(metrics, book_, db, log_);
        tenancy::configuration values(db);
        operations looks{book_, health, metrics, hiding_, on_.system_pool(), HEADROOM_VERSION};

        http::router routes;
        routes.use(translate_errors{});
        add_routes(routes, looks);
        tenancy::add_routes(routes, values);
        http::server server(
            reactors(), with_.http, std::move(routes),
            {take(book_, http::listener_consumer), take(book_, http::connections_consumer),
             take(book_, http::refusals_consumer)},
            http::access_report(log_, metrics));
        readiness watch(on_.home(), health, control_, db, book_);
        announcement face(server, health, log_);
        tell_watch(&db);
        const int code = on_.run({&keeper_, &db, &watch, &server, &face});
        tell_watch(nullptr);
        log_.info("stopped", {{"exit_code", code}});
        return code;
    }

    void tell_watch(persistence::database* db) {
        on_.home().run_blocking([this, db]() -> task<void> {
            watch_.tell(db);
            co_return;
        });
    }

    persistence::database_terms terms() const {
        persistence::database_terms made;
        made.settings = with_.database;
        made.name = member_;
        if (with_.database.echo)
            made.echo = [log = log_](std::string_view text) {
                log.info("sql", {{"db.query.text", text}});
            };
        return made;
    }

    std::vector<reactor*> reactors() {
        std::vector<reactor*> all;
        for (std::size_t i = 0; i < on_.reactors(); ++i) all.push_back(&on_.at(i));
        return all;
    }

    const settings& with_;
    budget::book& book_;
    const observability::redactor& hiding_;
    const logger& log_;
    const persistence::application_name& member_;
    runtime on_;
    persistence::door door_;
    persistence::control control_;
    server_watch watch_;
    control_part keeper_;
};

}  // namespace

int serve(const settings& with) {
    const auto hiding = redactor_for(with);
    const auto member = member_of(with);
    const auto log = logger_for(with, hiding, fmt::format("{:08x}", member.member));
    for (const auto& each : with.warnings) log.warn(each.message());
    budget::book book;
    if (const auto declared = declare(book, with, read_process_limits()); !declared)
        return refuse_start(log, {declared.error().message()});
    book.restrict("postgres", 1);
    try {
        return process(with, book, hiding, log, member).run();
    } catch (const std::exception& broken) {
        fmt::print(stderr, "headroom-service: {}\n", hiding.clean(broken.what()));
        log.error("start failed", {{"error", broken.what()}});
        return exit_code::unavailable;
    }
}

}  // namespace headroom::service
