// persistence/redis/redis_fixture.hpp: a server, a ledger and connections, for the tests.
#pragma once
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "headroom/persistence/closing_room.hpp"
#include "headroom/persistence/redis/connection.hpp"
#include "headroom/persistence/redis/door.hpp"
#include "headroom/testing/census.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::redis {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::eventually_on_reactor;
using testing::private_redis;
using testing::soon;

class redis_fixture : public ::testing::Test {
protected:
    budget::ledger ledger{"redis", 40};
    budget::grant grant = ledger.open({"persistence.redis_test", 30, 0}).value();

    /// One for the binary; its 20 clients are few enough to be used up.
    static private_redis& server() {
        static private_redis one({{"maxclients", "20"}});
        return one;
    }
    static connect_info at(const private_redis& which) {
        return parse_connect_info("unix://" + which.socket_file()).value();
    }
    static connect_info at_port(unsigned port) {
        return parse_connect_info(fmt::format("redis://127.0.0.1:{}", port)).value();
    }

    std::unique_ptr<connection> make(connection_options with = {}) {
        if (with.name.empty()) with.name = "test";
        return std::make_unique<connection>(*reactor::current(), grant.take().value(),
                                            std::move(with));
    }
    task<std::unique_ptr<connection>> opened(connection_options with = {}) {
        return opened_at(at(server()), std::move(with));
    }
    task<std::unique_ptr<connection>> opened_at(connect_info to, connection_options with = {}) {
        auto made = make(std::move(with));
        co_await made->open(std::move(to), soon());
        co_return made;
    }
    /// Runs a test's body on a reactor, and waits until every unit is back.
    void inside(std::function<task<void>()> body) {
        testing::run([&]() -> task<void> {
            co_await body();
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 0; }));
        });
    }
    static void spawn(std::function<task<void>()> what) {
        reactor::current()->spawn([what = std::move(what)]() -> task<void> { co_await what(); });
    }
    /// The code word a call ended with; "" when it did not fail, "lost" when its connection was
    /// (and "never sent" when that is known), "late" when its deadline passed, "refused" by us.
    template <class T>
    static task<std::string> code_of(task<T> call) {
        try {
            (void)co_await std::move(call);
        } catch (const server_error& failed) {
            co_return failed.code();
        } catch (const connection_lost& lost) {
            co_return lost.may_have_run() ? "lost" : "never sent";
        } catch (const deadline_passed&) {
            co_return "late";
        } catch (const budget::refused&) {
            co_return "refused";
        }
        co_return "";
    }
    template <class T>
    static task<std::string> text_of(task<T> call) {
        try {
            (void)co_await std::move(call);
        } catch (const std::exception& failed) {
            co_return failed.what();
        }
        co_return "";
    }
    /// Clients the server shows by that name.
    static std::size_t shown(const private_redis& by, const std::string& name) {
        const auto list = by.ask({"CLIENT", "LIST"});
        std::size_t count = 0;
        for (auto found = list.find(" name=" + name + " "); found != list.npos;
             found = list.find(" name=" + name + " ", found + 1))
            ++count;
        return count;
    }
};

}  // namespace headroom::redis
