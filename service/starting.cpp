#include "service/starting.hpp"

#include <fmt/format.h>

#include <random>

#include "headroom/budget/exit_code.hpp"
#include "headroom/persistence/start_failure.hpp"
#include "headroom/runtime/backoff.hpp"
#include "service/logging.hpp"

namespace headroom::service {
namespace exit_code = budget::exit_code;
namespace {

constexpr std::chrono::milliseconds look_ms_max{5'000};  // of one look

std::optional<persistence::start_failure> attempt(
    const start_ground& on, const std::function<task<start_findings>(deadline)>& how,
    start_findings& found, const std::string& target, deadline until) {
    try {
        on.on.home().run_blocking([&]() -> task<void> {
            found = co_await how(until.at_most(look_ms_max));
        });
        return std::nullopt;
    } catch (...) {
        return persistence::explain(std::current_exception(), target);
    }
}

}  // namespace

persistence::application_name member_of(const settings& with, duty of) {
    return {persistence::application_name::fit(with.process.system,
                                               persistence::application_name::system_max),
            std::string(to_string(of)), std::random_device{}(), ""};
}

budget::grant taken(budget::book& from, const char* consumer) {
    auto share = from.take(consumer);
    if (!share) throw budget::refused(std::move(share.error()));
    return *std::move(share);
}

int refuse_start(const observability::logger& log, const std::vector<std::string>& faults) {
    for (const auto& each : faults) {
        log.error(each);
        fmt::print(stderr, "headroom-service: {}\n", each);
    }
    return exit_code::refused;
}

int report_start(const start_ground& on, const persistence::admission& result) {
    const log_fields with(persistence::as_fields(result));
    on.log.report(
        result.starts() ? observability::severity::info : observability::severity::error,
        result.starts() ? "budget" : "start refused", with.attributes());
    fmt::print(stderr, "{}\n", on.hiding.clean(persistence::as_text(result)));
    if (result.starts()) return exit_code::ok;
    fmt::print(stderr, "headroom-service: {}\n", on.hiding.clean(result.decision.reason));
    return result.decision.exit_code;
}

int look_at_start(const start_ground& on, const std::function<task<start_findings>(deadline)>& how,
                  const std::string& target, deadline until) {
    start_findings found;
    backoff pause({}, std::minstd_rand(std::random_device{}()));
    while (const auto failure = attempt(on, how, found, target, until)) {
        if (failure->act != persistence::start_action::wait || until.passed() ||
            on.on.stop_requested()) {
            refuse_start(on.log, {failure->line});
            return failure->exit_code;
        }
        if (pause.failures() == 0) on.log.warn("waiting", {{"reason", failure->line}});
        const auto next = until.at_most(pause.next());
        on.on.home().run_blocking([next] { return sleep_until(next); });
    }
    for (const auto& each : found.warnings) on.log.warn(each);
    return found.faults.empty() ? exit_code::ok : refuse_start(on.log, found.faults);
}

}  // namespace headroom::service
