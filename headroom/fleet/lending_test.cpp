// Who gives and who gets when members need more than is free.
#include <random>
#include <thread>

#include "headroom/fleet/fleet_fixture.hpp"
#include "headroom/testing/sanitized.hpp"

namespace headroom::fleet {
namespace {

using testing::eventually_on_reactor;
using testing::soon;
using wall = std::chrono::steady_clock;
using milliseconds = std::chrono::milliseconds;

constexpr unsigned shared_alike = 95;  // 97 usable, less the join reserve
constexpr auto turn = 5ms;             // between two looks of a crowd

/// Callers of one process, each of whom holds a session while it is told to.
class crowd {
public:
    crowd(fleet_process& of, const process_ask& ask)
        : in_(of),
          share_(of.ledger.open({fmt::format("crowd.{}", of.number), 0, ask.most}).value()),
          way_(persistence::parse_connect_info(ask.url).value()) {}

    /// `queues`: they wait in the ledger's queue, as for a session; else they come back, as lanes.
    void come(unsigned callers, bool queues = true) {
        callers_ = callers;
        queues_ = queues;
        if (std::exchange(here_, true)) return;
        reactor::current()->spawn([this]() -> task<void> { co_await live(); });
    }
    void go() { callers_ = 0; }
    task<void> end() {
        go();
        over_ = true;
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return !here_; }));
    }
    unsigned served() const { return static_cast<unsigned>(held_.size()); }

private:
    task<void> live() {
        while (!over_ || !held_.empty()) {
            while (!held_.empty() && (served() > callers_ || share_.recalled())) co_await leave();
            while (served() < callers_ && !share_.recalled() && co_await enter()) {}
            co_await sleep_until(deadline::after(turn));
        }
        share_.forget();
        arrived_ = {};
        here_ = false;
    }
    task<bool> enter() {
        auto unit = std::exchange(arrived_, {});
        if (!unit)
            if (auto taken = share_.take()) unit = std::move(*taken);
        if (!unit) {
            if (queues_) wait();
            co_return false;
        }
        persistence::connection_options with;
        with.application_name =
            persistence::application_name{"test", "serve", in_.number, "crowd"}.text();
        held_.push_back(std::make_unique<persistence::connection>(
            *reactor::current(), std::move(unit), std::move(with)));
        co_await way_.open(*held_.back(), soon());
        co_return true;
    }
    task<void> leave() {
        const auto last = std::move(held_.back());
        held_.pop_back();
        co_await last->close(soon());
    }
    void wait() {
        share_.awaits(callers_ - served());
        share_.want([this](budget::lease unit) { arrived_ = std::move(unit); });
    }

    fleet_process& in_;
    budget::grant share_;
    persistence::door way_;
    budget::lease arrived_;
    std::vector<std::unique_ptr<persistence::connection>> held_;
    unsigned callers_ = 0;
    bool queues_ = true, here_ = false, over_ = false;
};

using crowds = std::vector<std::unique_ptr<crowd>>;

/// The sessions of clients, but the one that asks.
constexpr auto other_sessions =
    "select count(*) from pg_stat_activity"
    " where backend_type = 'client backend' and pid <> pg_backend_pid()";

class Lending : public FleetFixture {
protected:
    Lending() {
        // Whatever is written, and by whom: the largest sum there ever was.
        server().sql("create table public.seen (units integer);"
                     "create function public.see() returns trigger language plpgsql"
                     " security definer as $$ begin insert into public.seen select"
                     " sum(reservation) from headroom_fleet.member; return null; end $$;"
                     "create trigger see after insert or update on headroom_fleet.member"
                     " for each statement execute function public.see()", database);
    }
    unsigned most_reserved() const {
        return static_cast<unsigned>(std::stoi(value("select max(units) from public.seen")));
    }
    int busy_ones() const {
        return std::stoi(value("select count(*) from headroom_fleet.member where demand > floor"));
    }
    /// Members with a crowd each, which ends before they do.
    void with_crowds(const std::vector<process_ask>& asks,
                     const std::function<task<void>(processes&, crowds&)>& body) {
        with_processes([&](processes& all) -> task<void> {
            crowds each;
            for (const auto& ask : asks) {
                auto& one = add(all, ask);
                EXPECT_TRUE((co_await one.start()).has_value());
                each.push_back(std::make_unique<crowd>(one, ask));
            }
            const auto end = [&]() -> task<void> {
                for (auto& one : each) co_await one->end();
            };
            co_await testing::and_at_last([&] { return body(all, each); }, end);
            each.clear();
        });
        EXPECT_LE(most_reserved(), shared_alike);
    }
    /// Until the condition holds; far more than it may take when it never does.
    static task<milliseconds> time_until(std::function<bool()> condition) {
        const auto began = wall::now();
        EXPECT_TRUE(co_await eventually_on_reactor(std::move(condition)));
        co_return since(began);
    }
    /// Until the ledger knows that nobody is busy any more.
    task<void> forgotten(processes& all, unsigned floor) {
        EXPECT_TRUE(co_await eventually_on_reactor([&] {
            return std::ranges::all_of(
                all, [&](auto& each) { return each->member.figures().demand == floor; });
        }));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return busy_ones() == 0; }));
    }
    /// What the server itself takes to open that many sessions one after another, and to end
    /// them: nobody shares anything.
    struct bare_moves {
        milliseconds opening{0}, ending{0};
    };
    bare_moves move_alone(unsigned sessions) const {
        bare_moves took;
        testing::test_reactor home;
        const auto open_and_end = [&]() -> task<void> {
            budget::ledger ledger("postgres", sessions);
            auto share = ledger.open({"alone", 0, sessions}).value();
            persistence::door way(persistence::parse_connect_info(ask().url).value());
            std::vector<std::unique_ptr<persistence::connection>> held;
            const auto began = wall::now();
            while (auto unit = share.take()) {
                held.push_back(std::make_unique<persistence::connection>(
                    *reactor::current(), std::move(*unit), persistence::connection_options{}));
                co_await way.open(*held.back(), soon());
            }
            took.opening = since(began);
            for (auto& each : held) co_await each->close(soon());
            EXPECT_TRUE(testing::eventually([&] { return value(other_sessions) == "0"; }));
            took.ending = since(began) - took.opening;
        };
        testing::run_on(home, open_and_end, processes_bound);
        return took;
    }
    /// The first of several is busy alone, then the second comes to need its part, repeatedly.
    void measure(const std::vector<process_ask>& asks, bool queues, const std::string& name) {
        constexpr int repetitions = testing::sanitized ? 1 : 3;
        const auto others = static_cast<unsigned>(asks.size() - 1) * asks.front().floor;
        // What its callers can have: without its own control, and perhaps its visits.
        const auto enough = (shared_alike - others) * 95 / 100;
        const auto fair = (shared_alike - others + asks.front().floor) / 2;
        std::vector<milliseconds> busy, back, opening, moving;
        for (int i = 0; i < repetitions; ++i) {
            const auto alone = move_alone(enough);
            opening.push_back(alone.opening);
            moving.push_back((alone.opening + alone.ending) * fair / enough);
        }
        with_crowds(asks, [&](processes& all, crowds& each) -> task<void> {
            for (int i = 0; i < repetitions; ++i) {
                const auto first = static_cast<std::size_t>(i) % each.size();
                const auto second = (first + 1) % each.size();
                each[first]->come(90, queues);
                busy.push_back(co_await time_until(
                    [&] { return all[first]->ledger.held() >= enough; }));
                each[second]->come(90, queues);
                back.push_back(co_await time_until(
                    [&] { return all[second]->ledger.held() + 1 >= fair; }));
                each[first]->go();
                each[second]->go();
                co_await forgotten(all, asks.front().floor);
            }
        });
        expect_within(1'000ms, 3, name + "_busy_ms", busy, opening);
        expect_within(2'000ms, 3, name + "_back_ms", back, moving);
    }
};

TEST_F(Lending, OneBusyMemberUsesWhatIdleOnesHoldAndTheyGetTheirPartBack) {
    measure({ask(5, 90), ask(5, 90), ask(5, 90)}, true, "queueing");
}

TEST_F(Lending, CallersThatAreTurnedAwayCountLikeThoseWhoQueue) {
    measure({ask(5, 90), ask(5, 90), ask(5, 90)}, false, "turned_away");
}

TEST_F(Lending, TwoBusyMembersEndAtEqualPartsAndRest) {
    with_crowds({ask(5, 90), ask(5, 90)}, [&](processes& all, crowds& each) -> task<void> {
        const auto parts = [&] {
            return std::pair{all[0]->member.figures().reservation,
                             all[1]->member.figures().reservation};
        };
        each[0]->come(90);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return parts().first == 90; }));
        each[1]->come(90);
        EXPECT_TRUE(co_await eventually_on_reactor([&] {
            const auto [one, other] = parts();
            return std::max(one, other) == 48 && std::min(one, other) == 47;
        }));
        const auto then = parts();
        const bool moved = co_await eventually_on_reactor([&] { return parts() != then; }, 1'500ms);
        EXPECT_FALSE(moved) << parts().first << " and " << parts().second;
    });
}

TEST_F(Lending, AFloorIsThereAtOnceWhoeverIsBusy) {
    with_crowds({ask(5, 90), ask(5, 90)}, [&](processes& all, crowds& each) -> task<void> {
        each[0]->come(90);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return all[0]->ledger.held() == 90; }));
        EXPECT_EQ(all[1]->member.figures().reservation, 5U);
        each[1]->come(3);  // beside control and a visit
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return each[1]->served() == 3; }));
        EXPECT_GE(all[0]->member.figures().reservation, 89U) << "nobody was called";
    });
}

TEST_F(Lending, WhatARolesLimitLeavesIsLentToo) {
    server().create_role("tight", "LOGIN CONNECTION LIMIT 30");
    server().sql("grant headroom_app to tight");
    auto tight = ask(5, 25);
    tight.url = tight.ledger_url = server().url("tight", database);
    with_crowds({tight, tight}, [&](processes& all, crowds& each) -> task<void> {
        EXPECT_EQ(all[0]->member.figures().reservation, 25U);
        each[1]->come(25);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return all[1]->ledger.held() == 25; }));
        each[0]->come(25);
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return all[0]->member.figures().reservation == 15; }));
    });
}

TEST_F(Lending, HoweverDemandMovesNeitherReservationsNorSessionsAreEverTooMany) {
    int most = 0, looks = 0;
    std::jthread sampler([&](const std::stop_token& over) {
        for (; !over.stop_requested(); ++looks)
            most = std::max(most, std::stoi(value("select count(*) from pg_stat_activity where"
                                                  " application_name like 'test/%'")));
    });
    const std::vector<process_ask> asks(3, ask(5, 90));
    with_crowds(asks, [&](processes&, crowds& each) -> task<void> {
        std::minstd_rand random(3);
        std::uniform_int_distribution<unsigned> callers(0, 90);
        const auto until = deadline::after(5s);
        while (!until.passed()) {
            each[random() % each.size()]->come(callers(random), random() % 2 == 0);
            co_await sleep_until(deadline::after(150ms));
        }
    });
    sampler.request_stop();
    sampler.join();
    EXPECT_GT(looks, 20);
    EXPECT_LE(most, static_cast<int>(shared_alike));
}

TEST_F(Lending, WhatAJoinerWaitsForGoesToNobodyElse) {
    with_crowds({ask(5, 90), ask(2, 90)}, [&](processes& all, crowds& each) -> task<void> {
        co_await all[0]->hold(88);  // with control, and a visit: all it has
        each[1]->come(40);
        auto& late = add(all, ask(20, 20));
        bool joined = false, ended = false;
        reactor::current()->spawn([&]() -> task<void> {
            joined = (co_await late.start()).has_value();
            ended = true;
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return !late.told.empty(); }));
        const auto grown_into_it = fmt::format(
            "select count(*) from headroom_fleet.member m where number = {} and reservation > 5"
            " and (select count(*) from headroom_fleet.member) = 2"
            " and (select sum(reservation) from headroom_fleet.member) > {}",
            all[1]->number, shared_alike - 20);
        while (!ended) {  // given back one by one, too few at a time for the joiner
            EXPECT_EQ(value(grown_into_it), "0");
            co_await all[0]->use_and_let_go();
            co_await sleep_until(deadline::after(100ms));
        }
        EXPECT_TRUE(joined);
        co_await all[0]->let_go();
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return all[1]->member.figures().reservation > 5; }));
    });
}

TEST_F(Lending, AMemberWhoseControlIsInAnotherDatabaseHearsWhoWaits) {
    const auto other = server().create_database();
    auto elsewhere = ask(5, 90);
    elsewhere.url = server().url("app", other);
    measure({elsewhere, elsewhere, elsewhere}, true, "elsewhere");
    server().sql("drop database " + other + " with (force)");
}

}  // namespace
}  // namespace headroom::fleet
