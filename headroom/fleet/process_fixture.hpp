// fleet/process_fixture.hpp: a process as the fleet sees it, for the tests and their programs.
#pragma once
#include <fmt/format.h>

#include <random>

#include "headroom/fleet/membership.hpp"
#include "headroom/persistence/application_name.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::fleet {

using namespace std::chrono_literals;

/// What a process of a test asks for.
struct process_ask {
    std::string url;         ///< of its own database
    std::string ledger_url;  ///< of the budget database
    unsigned floor = 5, most = 20;
    budget_policy policy = budget_policy::refuse;
    member_bounds within{};
    std::vector<claim> claims{};  ///< empty: all of it as the role and in the database of `url`
    std::string control_url{};    ///< when control goes another way
    std::function<bool()> give_up{};
};

/// Control, a ledger and a membership, as a service's process has them.
class fleet_process {
    // What the public members below are made from; they are in the order in which they end.
    reactor& home_;
    persistence::door own_, control_way_, ledger_way_;

public:
    fleet_process(reactor& home, const process_ask& ask)
        : home_(home), own_(target(ask.url)),
          control_way_(target(ask.control_url.empty() ? ask.url : ask.control_url)),
          ledger_way_(target(ask.ledger_url)), ledger("postgres", ask.most),
          control(home, ledger.open({own("control"), 1, 1}).value(),
                  {&control_way_, named("persistence.control"), {}}),
          work_(ledger.open({own("lanes"), 0, ask.most}).value()), member(home, terms(ask)) {}

    task<fleet_result> start() {
        co_await control.open(testing::soon());
        co_return co_await member.join(testing::soon());
    }
    /// Gives up at the first refusal.
    task<fleet_result> try_once() {
        impatient = true;
        auto got = co_await start();
        impatient = false;
        co_return got;
    }
    task<void> stop() {
        co_await let_go();
        co_await member.leave(testing::soon());
        co_await control.stop(testing::soon());
    }
    /// Opens sessions, as its work would.
    task<void> hold(unsigned count) {
        for (unsigned i = 0; i < count; ++i) co_await open(work_.take().value());
    }
    /// One more if a unit is free.
    task<void> hold_if_free() {
        if (auto unit = work_.take()) co_await open(std::move(*unit));
    }
    /// Somebody else of the process waits for a unit that one of these has borrowed.
    bool recalled() const { return work_.recalled(); }
    /// The oldest one; uses it first, as its work would.
    task<void> use_and_let_go() {
        if (held_.empty()) co_return;
        const auto last = std::move(held_.front());
        held_.erase(held_.begin());
        static constexpr persistence::statement work{"select 1"};
        if (last->is() == persistence::connection::state::ready)
            co_await last->run(work, {}, testing::soon());
        co_await last->close(testing::soon());
    }
    task<void> let_go() {
        for (auto& each : held_) co_await each->close(testing::soon());
        held_.clear();
    }

    const std::uint32_t number = std::random_device{}();
    const persistence::uuid identity = random_uuid();
    bool impatient = false;
    std::vector<bool> fences;        ///< true: shut
    std::vector<std::string> told;
    budget::ledger ledger;
    persistence::control control;

private:
    task<void> open(budget::lease unit) {
        persistence::connection_options with;
        with.application_name = named("persistence.lanes");
        with.ends_with_host = true;
        auto fresh = std::make_unique<persistence::connection>(home_, std::move(unit),
                                                               std::move(with));
        co_await own_.open(*fresh, testing::soon());
        held_.push_back(std::move(fresh));
    }
    static persistence::connect_info target(const std::string& url) {
        return persistence::parse_connect_info(url).value();
    }
    std::string named(std::string consumer) const {
        return persistence::application_name{"test", "serve", number, std::move(consumer)}.text();
    }
    /// Processes of one test share a reactor and its closing room, which tells consumers by name.
    std::string own(std::string_view consumer) const {
        return fmt::format("{}.{}", consumer, number);
    }
    membership_terms terms(const process_ask& ask) {
        const auto& at = own_.target();
        membership_terms made;
        made.control = &control;
        made.control_name = named("persistence.control");
        made.ledger = &ledger;
        made.ask = {"test",    "serve",  number,     identity,   at.database,
                    ask.floor, ask.most, ask.claims, ask.policy};
        if (ask.claims.empty()) made.ask.claims = {{at.user, at.database, ask.floor, ask.most}};
        made.desk.through = &ledger_way_;
        made.desk.share = ledger.open({own("ledger"), 0, 1, false, true}).value();
        made.desk.application_name = named("fleet.ledger");
        made.within = ask.within;
        made.give_up = [this, more = ask.give_up] { return impatient || (more && more()); };
        made.fence = [this](bool shut) {
            own_.shut(shut);
            fences.push_back(shut);
        };
        made.tell = [this](const std::string& what) { told.push_back(what); };
        return made;
    }
    static persistence::uuid random_uuid() {
        persistence::uuid made;
        std::random_device random;
        for (auto& each : made.bytes) each = static_cast<std::uint8_t>(random());
        return made;
    }

    budget::grant work_;
    std::vector<std::unique_ptr<persistence::connection>> held_;

public:
    membership member;
};

}  // namespace headroom::fleet
