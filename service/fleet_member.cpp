#include "service/fleet_member.hpp"

#include <fmt/format.h>

#include <random>

#include "headroom/budget/exit_code.hpp"
#include "headroom/fleet/consumers.hpp"
#include "headroom/persistence/start_failure.hpp"

namespace headroom::service {
namespace {

namespace exit_code = budget::exit_code;

std::string name_of(persistence::application_name member, const char* consumer) {
    member.consumer = consumer;
    return member.text();
}

/// Version 4 of RFC 9562.
persistence::uuid random_uuid() {
    persistence::uuid made;
    std::random_device random;
    for (auto& each : made.bytes) each = static_cast<std::uint8_t>(random());
    made.bytes[6] = static_cast<std::uint8_t>((made.bytes[6] & 0x0f) | 0x40);
    made.bytes[8] = static_cast<std::uint8_t>((made.bytes[8] & 0x3f) | 0x80);
    return made;
}

}  // namespace

fleet_member::fleet_member(fleet_member_terms terms)
    : has_(std::move(terms)),
      ledger_door_(has_.with.fleet.ledger, &has_.on.system_pool()) {}

fleet::membership_terms fleet_member::asked() {
    const auto& login = has_.with.database.serve;
    const auto share =
        fleet::share_of(has_.book.planned(), "postgres", login.user, login.database);
    auto visits = has_.book.take(fleet::ledger_consumer);
    if (!visits) throw budget::refused(std::move(visits.error()));
    fleet::membership_terms made;
    made.control = &has_.control;
    made.control_name = name_of(has_.name, persistence::control_consumer);
    made.ledger = &has_.book.of("postgres");
    made.ask = {has_.name.system, has_.name.role, has_.name.member, random_uuid(), login.database,
                share.floor,      share.most,     share.claims,     has_.with.process.policy};
    made.desk = {&ledger_door_, *std::move(visits), name_of(has_.name, fleet::ledger_consumer), {}};
    made.bounded = has_.with.process.policy != budget_policy::warn;
    made.fence = [doors = has_.doors](bool shut) {
        for (auto* each : doors) each->shut(shut);
    };
    made.tell = [log = has_.log](const std::string& what) { log.warn("fleet", {{"what", what}}); };
    made.give_up = [&on = has_.on] { return on.stop_requested(); };
    return made;
}

int fleet_member::join(deadline until) {
    auto terms = asked();
    is_.emplace(has_.on.home(), std::move(terms));
    try {
        fleet::fleet_result got;
        has_.on.home().run_blocking(
            [&]() -> task<void> { got = co_await is_->join(until); });
        return report(got);
    } catch (const std::exception&) {
        const auto why = persistence::explain(std::current_exception(),
                                              has_.with.fleet.ledger.describe());
        return give_up(why.line, why.exit_code);
    }
}

int fleet_member::report(const fleet::fleet_result& got) {
    if (!got) {
        const auto& why = got.error();
        const bool later =
            why.time_can_mend() || why.reason == fleet::fleet_refusal_reason::number_taken;
        return give_up(why.message(), later ? exit_code::unavailable : exit_code::refused);
    }
    const auto now = is_->figures();
    const auto binding = got->bounds.empty() ? std::string() : got->bounds.front().text();
    has_.log.info("joined the fleet", {{"reservation", now.reservation},
                                       {"floor", now.floor},
                                       {"most", now.most},
                                       {"binding", binding}});
    return exit_code::ok;
}

int fleet_member::give_up(const std::string& why, int code) {
    has_.log.error(why);
    fmt::print(stderr, "headroom-service: {}\n", why);
    return code;
}

void fleet_member::stop(deadline until) noexcept {
    if (!is_) return;
    try {
        has_.on.home().run_blocking(
            [this, until] { return is_->leave(until.at_most(leave_ms_max)); });
    } catch (const std::exception&) {
        return;  // the reactor has ended, and so does control
    }
}

}  // namespace headroom::service
