// fleet/standby_fixture.hpp: a primary with a ledger, its standby, and processes on both, for the
// tests.
#pragma once
#include "headroom/fleet/fleet_fixture.hpp"
#include "headroom/fleet/standby_share.hpp"

namespace headroom::fleet {

/// What a process of a test asks for on a standby.
struct standby_ask {
    process_ask on_primary;
    std::string url;  ///< of the standby
    unsigned floor = 2, most = 10;
    standby_bounds within{.visit_ms = 50ms, .ask_ms = 50ms};
    std::string ledger_url{};     ///< when the share's visits go another way than the member's
    std::vector<claim> claims{};  ///< empty: none of it under a limit
};

/// A member with a share of a standby.
class standby_process {
    reactor& home_;
    persistence::door look_way_, own_, ledger_way_;

public:
    standby_process(reactor& home, const standby_ask& ask)
        : home_(home), look_way_(target(ask.url)), own_(target(ask.url)),
          ledger_way_(target(ask.ledger_url.empty() ? ask.on_primary.ledger_url
                                                    : ask.ledger_url)),
          primary(home, ask.on_primary), ledger("postgres.standby", ask.most),
          work_(ledger.open({own("standby_lanes"), 0, ask.most}).value()),
          share(home, terms(ask)) {}

    task<fleet_result> start() {
        EXPECT_TRUE((co_await primary.start()).has_value());
        co_return co_await share.join(testing::soon());
    }
    /// Gives up at the first refusal.
    task<fleet_result> try_once() {
        impatient = true;
        if (!primary.control.connected()) EXPECT_TRUE((co_await primary.start()).has_value());
        for (const auto until = testing::soon();;) {
            try {
                co_return co_await share.join(until);
            } catch (const std::exception&) {
                if (until.passed()) throw;
            }
        }
    }
    task<void> stop() {
        co_await let_go();
        co_await share.leave(testing::soon());
        co_await primary.stop();
    }
    /// Opens sessions on the standby, as its work would.
    task<void> hold(unsigned count) { return hold(count, own_); }
    task<void> hold(unsigned count, persistence::door& by) {
        for (unsigned i = 0; i < count; ++i) {
            persistence::connection_options with;
            with.application_name = named("persistence.lanes");
            auto fresh = std::make_unique<persistence::connection>(home_, work_.take().value(),
                                                                   std::move(with));
            co_await by.open(*fresh, testing::soon());
            held_.push_back(std::move(fresh));
        }
    }
    task<void> let_go() {
        for (auto& each : held_) co_await each->close(testing::soon());
        held_.clear();
    }
    /// A refusal's line; "" when a session may be opened.
    task<std::string> refusal_to_open() {
        try {
            co_await hold(1);
        } catch (const persistence::connection_lost& why) {
            co_return why.what();
        }
        co_return "";
    }

    bool impatient = false;
    std::vector<bool> fences;  ///< true: shut
    std::vector<std::string> told;
    fleet_process primary;
    budget::ledger ledger;

private:
    static persistence::connect_info target(const std::string& url) {
        return persistence::parse_connect_info(url).value();
    }
    std::string named(std::string consumer) const {
        return persistence::application_name{"test", "serve", primary.number,
                                             std::move(consumer)}.text();
    }
    std::string own(std::string_view consumer) const {
        return fmt::format("{}.{}", consumer, primary.number);
    }
    standby_terms terms(const standby_ask& ask) {
        standby_terms made;
        made.control = &primary.control;
        made.member = &primary.member;
        made.ledger = &ledger;
        made.through = &look_way_;
        made.look = ledger.open({own("standby_look"), 1, 1}).value();
        made.application_name = named("fleet.standby");
        made.ask = {"test", "serve", primary.number, primary.identity, look_way_.target().database,
                    ask.floor, ask.most, ask.claims, budget_policy::refuse};
        made.desk.through = &ledger_way_;
        made.desk.share = primary.ledger.open({own("standby_desk"), 0, 1, false, true}).value();
        made.desk.application_name = named("fleet.ledger");
        made.within = ask.within;
        made.fence = [this](bool shut) {
            own_.shut(shut);
            fences.push_back(shut);
        };
        made.tell = [this](const std::string& what) { told.push_back(what); };
        made.give_up = [this] { return impatient; };
        return made;
    }

    budget::grant work_;
    std::vector<std::unique_ptr<persistence::connection>> held_;

public:
    standby_share share;
};

using standby_processes = std::vector<std::unique_ptr<standby_process>>;

inline standby_process& add(standby_processes& to, const standby_ask& what) {
    to.push_back(std::make_unique<standby_process>(*reactor::current(), what));
    return *to.back();
}

/// All at once; returns when all are done.
inline task<void> each_of(standby_processes& all,
                          std::function<task<void>(standby_process&)> what) {
    std::size_t left = all.size();
    for (auto& each : all)
        reactor::current()->spawn([&left, &what, one = each.get()]() -> task<void> {
            try {
                co_await what(*one);
            } catch (const std::exception& why) {
                ADD_FAILURE() << why.what();
            }
            --left;
        });
    EXPECT_TRUE(co_await testing::eventually_on_reactor([&] { return left == 0; }, 20s));
}

/// A primary and its standby, of 40 connections, 37 of them for ordinary roles.
struct server_pair {
    server_pair() { standby.follow(primary); }
    static testing::postgres_options options() {
        return {.settings = {{"max_connections", "40"}}};
    }
    testing::private_postgres primary{options()}, standby{options()};
};

/// Two servers, which the tests share, and a ledger of the test's own.
class StandbyFixture : public ::testing::Test {
protected:
    explicit StandbyFixture(server_pair& on = shared_pair())
        : primary(on.primary), standby(on.standby), of(primary) {
        EXPECT_TRUE(standby.catches_up_with(primary));
    }
    ~StandbyFixture() override { primary.sql("drop database " + of.name + " with (force)"); }
    static server_pair& shared_pair() {
        static server_pair one;
        return one;
    }

    standby_ask ask(unsigned floor, unsigned most) const {
        standby_ask made;
        made.on_primary = of.ask(2, 4);
        made.url = standby.url("app", of.name);
        made.floor = floor;
        made.most = most;
        return made;
    }
    static void with_shares(const std::function<task<void>(standby_processes&)>& body) {
        testing::test_reactor home;
        standby_processes all;
        testing::run_on(home, [&]() -> task<void> {
            co_await testing::and_at_last(
                [&] { return body(all); },
                [&] { return each_of(all, [](auto& one) { return one.stop(); }); });
        }, 60s);
    }
    std::string value(const std::string& text) const { return primary.value(text, of.name); }
    int shared() const {
        return std::stoi(
            value("select coalesce(sum(reservation), 0) from headroom_fleet.standby_share"));
    }
    /// What it is granted, 0 when it is refused.
    static task<unsigned> units_of(standby_process& who) {
        const auto got = co_await who.start();
        co_return got ? got->units : 0;
    }
    static task<bool> has(standby_process& who, unsigned units) {
        co_return co_await testing::eventually_on_reactor(
            [&] { return who.share.figures().reservation == units; });
    }
    static task<bool> is(standby_process& who, standby_phase what) {
        co_return co_await testing::eventually_on_reactor(
            [&] { return who.share.figures().phase == what; });
    }

    testing::private_postgres &primary, &standby;
    const ledger_database of;
};

}  // namespace headroom::fleet
