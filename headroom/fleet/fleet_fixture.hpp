// fleet/fleet_fixture.hpp: a server with a ledger, and processes that share it, for the tests.
#pragma once
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "headroom/fleet/process_fixture.hpp"
#include "headroom/fleet/schema.hpp"
#include "headroom/persistence/error.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_postgres.hpp"

namespace headroom::fleet {

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

/// Beyond what a loaded machine needs under a sanitizer: members that are cut off end the program.
inline constexpr std::chrono::minutes processes_bound{4};

/// A test's body on a reactor, with processes that are stopped whatever happens.
inline void with_processes(const std::function<task<void>(processes&)>& body) {
    testing::test_reactor home;
    processes all;
    const auto whole = [&]() -> task<void> {
        co_await testing::and_at_last([&] { return body(all); }, [&] { return stop_all(all); });
    };
    testing::run_on(home, whole, processes_bound);
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

    using milliseconds = std::chrono::milliseconds;
    static milliseconds since(std::chrono::steady_clock::time_point moment) {
        return std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - moment);
    }
    static milliseconds median(std::vector<milliseconds> all) {
        std::ranges::sort(all);
        return all[all.size() / 2];
    }
    /// The median of what was measured is within the bound, or within `times` what the server
    /// itself took in the same run, where its processes cost that much.
    static void expect_within(milliseconds bound, int times, const std::string& name,
                              const std::vector<milliseconds>& measured,
                              const std::vector<milliseconds>& alone) {
        RecordProperty(name, static_cast<int>(median(measured).count()));
        RecordProperty(name + "_max", static_cast<int>(std::ranges::max(measured).count()));
        RecordProperty(name + "_of_the_server", static_cast<int>(median(alone).count()));
        EXPECT_LE(median(measured), std::max(bound, times * median(alone)))
            << name << ": worst " << std::ranges::max(measured).count()
            << ", the server alone " << median(alone).count();
    }

private:
    const ledger_database own_{server()};

protected:
    const std::string database = own_.name;
};

}  // namespace headroom::fleet
