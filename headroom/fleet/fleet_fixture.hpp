// fleet/fleet_fixture.hpp: a server with a ledger, and processes that share it, for the tests.
#pragma once
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "headroom/fleet/membership.hpp"
#include "headroom/fleet/schema.hpp"
#include "headroom/persistence/application_name.hpp"
#include "headroom/persistence/error.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_postgres.hpp"
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
public:
    fleet_process(reactor& home, const process_ask& ask)
        : home_(home), own_(target(ask.url)),
          control_way_(target(ask.control_url.empty() ? ask.url : ask.control_url)),
          ledger_way_(target(ask.ledger_url)), ledger("postgres", ask.most),
          control(home, ledger.open({own("control"), 1, 1}).value(),
                  {&control_way_, named("persistence.control"), {}}),
          work_(ledger.open({own("lanes"), 0, ask.most}).value()),
          member(home, terms(ask)) {}

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
        for (auto& each : held_) co_await each->close(testing::soon());
        held_.clear();
        co_await member.leave(testing::soon());
        co_await control.stop(testing::soon());
    }
    /// Opens sessions, as its work would.
    task<void> hold(unsigned count) {
        for (unsigned i = 0; i < count; ++i) {
            persistence::connection_options with;
            with.application_name = named("persistence.lanes");
            held_.push_back(std::make_unique<persistence::connection>(
                home_, work_.take().value(), std::move(with)));
            co_await own_.open(*held_.back(), testing::soon());
        }
    }
    task<void> let_go() {
        for (auto& each : held_) co_await each->close(testing::soon());
        held_.clear();
    }
    std::string named(std::string consumer) const {
        return persistence::application_name{"test", "serve", number, std::move(consumer)}.text();
    }

    const std::uint32_t number = std::random_device{}();
    bool impatient = false;
    std::vector<bool> fences;
    std::vector<std::string> told;

private:
    static persistence::connect_info target(const std::string& url) {
        return persistence::parse_connect_info(url).value();
    }
    /// Processes of one test share a reactor and its closing room, which tells consumers by name.
    std::string own(std::string_view consumer) const { return fmt::format("{}.{}", consumer, number); }
    membership_terms terms(const process_ask& ask) {
        membership_terms made;
        made.control = &control;
        made.control_name = named("persistence.control");
        made.ledger = &ledger;
        made.ask = {"test", "serve", number, random_uuid(), own_.target().database,
                    ask.floor, ask.most, ask.claims, ask.policy};
        if (ask.claims.empty())
            made.ask.claims = {
                {own_.target().user, own_.target().database, ask.floor, ask.most}};
        made.desk.through = &ledger_way_;
        made.desk.share = ledger.open({own("ledger"), 0, ask.most}).value();
        made.desk.application_name = named("fleet.ledger");
        made.within = ask.within;
        made.give_up = [this, more = ask.give_up] { return impatient || (more && more()); };
        made.fence = [this](bool closed) { fences.push_back(closed); };
        made.tell = [this](const std::string& what) { told.push_back(what); };
        return made;
    }
    static persistence::uuid random_uuid() {
        persistence::uuid made;
        std::random_device random;
        for (auto& each : made.bytes) each = static_cast<std::uint8_t>(random());
        return made;
    }

    reactor& home_;
    persistence::door own_, control_way_, ledger_way_;

public:
    budget::ledger ledger;
    persistence::control control;

private:
    budget::grant work_;
    std::vector<std::unique_ptr<persistence::connection>> held_;

public:
    membership member;
};

using processes = std::vector<std::unique_ptr<fleet_process>>;

/// A database with the ledger; the role `app` may use it, and nobody may write DDL in it.
struct ledger_database {
    explicit ledger_database(testing::private_postgres& server) : on(server) {
        on.create_role("headroom_app", "NOLOGIN");
        on.create_role("app", "LOGIN IN ROLE headroom_app");
        name = on.create_database();
        for (const auto& each : schema()) on.sql(std::string(each.text), name);
    }
    process_ask ask(unsigned floor = 5, unsigned most = 20) const {
        process_ask made;
        made.url = made.ledger_url = on.url("app", name);
        made.floor = floor;
        made.most = most;
        return made;
    }
    testing::private_postgres& on;
    std::string name;
};

inline fleet_process& add(processes& to, const process_ask& what) {
    to.push_back(std::make_unique<fleet_process>(*reactor::current(), what));
    return *to.back();
}

inline task<void> stop_all(processes& all) {
    std::size_t left = all.size();
    for (auto& each : all)
        reactor::current()->spawn([&left, one = each.get()]() -> task<void> {
            co_await one->stop();
            --left;
        });
    EXPECT_TRUE(co_await testing::eventually_on_reactor([&] { return left == 0; }));
}

/// A test's body on a reactor, with processes that are stopped whatever happens.
inline void with_processes(const std::function<task<void>(processes&)>& body) {
    testing::test_reactor home;
    processes all;
    testing::run_on(home, [&]() -> task<void> {
        co_await testing::and_at_last([&] { return body(all); }, [&] { return stop_all(all); });
    });
}

/// A server of 100 connections, 97 of them for ordinary roles, and a ledger of the test's own.
class FleetFixture : public ::testing::Test {
protected:
    static testing::private_postgres& server() {
        static testing::private_postgres one({.loopback = true});
        return one;
    }
    ~FleetFixture() override { server().sql("drop database " + database + " with (force)"); }

    process_ask ask(unsigned floor = 5, unsigned most = 20) const {
        return own_.ask(floor, most);
    }
    std::string value(const std::string& text) const { return server().value(text, database); }
    int reserved() const {
        return std::stoi(value("select coalesce(sum(reservation), 0) from headroom_fleet.member"));
    }

private:
    const ledger_database own_{server()};

protected:
    const std::string database = own_.name;
};

}  // namespace headroom::fleet
