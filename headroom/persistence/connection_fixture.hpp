// persistence/connection_fixture.hpp: a server, a ledger and connections, for the tests.
#pragma once
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <gtest/gtest.h>

#include "headroom/persistence/connection.hpp"
#include "headroom/testing/census.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/run.hpp"

namespace headroom::persistence {

using namespace std::chrono_literals;

class connection_fixture : public ::testing::Test {
protected:
    budget::ledger ledger{"postgres", 40};
    budget::grant grant = ledger.open({"persistence.lanes", 40, 0}).value();

    /// One for the binary; 17 ordinary slots.
    static testing::private_postgres& server() {
        static testing::private_postgres one(
            {.settings = {{"max_connections", "20"}}, .loopback = true});
        return one;
    }
    static deadline soon() { return deadline::after(10s); }
    static connect_info target(std::string_view user = testing::private_postgres::superuser,
                               std::string_view database = "postgres") {
        return parse_connect_info(server().url(user, database)).value();
    }

    std::unique_ptr<connection> make(connection_options with = {}) {
        if (with.application_name.empty()) with.application_name = "test";
        return std::make_unique<connection>(*reactor::current(), grant.take().value(),
                                            std::move(with));
    }
    task<std::unique_ptr<connection>> opened(connection_options with = {}) {
        auto made = make(std::move(with));
        co_await made->open(target(), soon());
        co_return made;
    }
    /// Runs a test's body on a reactor, and waits until every unit is back.
    void inside(std::function<task<void>()> body) {
        testing::run([&]() -> task<void> {
            co_await body();
            EXPECT_TRUE(
                co_await testing::eventually_on_reactor([&] { return ledger.held() == 0; }));
        });
    }
    static void spawn(std::function<task<void>()> what) {
        reactor::current()->spawn([what = std::move(what)]() -> task<void> { co_await what(); });
    }
    static bool server_runs(int backend_pid) {
        for (const auto& each : server().backends())
            if (each.pid == backend_pid) return each.state == "active";
        return false;
    }
    /// The SQLSTATE a call ended with; "" when it did not fail, "lost" when its connection
    /// was, "late" when its deadline passed.
    template <class T>
    static task<std::string> code_of(task<T> call) {
        try {
            co_await std::move(call);
        } catch (const server_error& failed) {
            co_return failed.sqlstate();
        } catch (const connection_lost&) {
            co_return "lost";
        } catch (const deadline_passed&) {
            co_return "late";
        }
        co_return "";
    }
};

}  // namespace headroom::persistence
