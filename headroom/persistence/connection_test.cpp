#include "headroom/persistence/connection.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <gtest/gtest.h>

#include "headroom/persistence/closing_room.hpp"
#include "headroom/testing/census.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/run.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;
using testing::eventually_on_reactor;

constexpr statement echo{"select $1::int4"};
constexpr statement own_pid{"select pg_backend_pid()"};
[[maybe_unused]] constexpr statement doze{"select pg_sleep($1)"};
[[maybe_unused]] constexpr statement divide{"select 1 / $1::int4"};

testing::private_postgres& server() {
    static testing::private_postgres one({.settings = {{"max_connections", "20"}}});
    return one;
}

connect_info target(const std::string& user = "postgres",
                    const std::string& database = "postgres") {
    return parse_connect_info(server().url(user, database)).value();
}

deadline soon() { return deadline::after(5s); }

/// A ledger, and connections that draw on it; `inside` runs a test's body on a reactor.
class Connection : public ::testing::Test {
protected:
    budget::ledger ledger{"postgres", 40};
    budget::grant grant = ledger.open({"persistence.lanes", 40, 0}).value();

    std::unique_ptr<connection> make(connection_options with = {}) {
        if (with.application_name.empty()) with.application_name = "test";
        return std::make_unique<connection>(*reactor::current(), grant.take().value(), with);
    }
    task<std::unique_ptr<connection>> opened(connection_options with = {}) {
        auto made = make(std::move(with));
        co_await made->open(target(), soon());
        co_return made;
    }
    void inside(std::function<task<void>()> body) {
        testing::run([&]() -> task<void> {
            co_await body();
            EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 0; }));
        });
    }
    static int in_flight(connection& on, std::function<task<void>(connection&)> what) {
        on.home().spawn([&on, what = std::move(what)]() -> task<void> { co_await what(on); });
        return 0;
    }
};

TEST_F(Connection, AnswersAStatement) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        const auto answer = co_await on->run(echo, parameters::of(42), soon());
        EXPECT_EQ(answer.one<std::int32_t>(), 42);
        EXPECT_TRUE(on->idle());
        EXPECT_EQ(on->backend_pid(), (co_await on->run(own_pid, {}, soon())).one<std::int32_t>());
        co_await on->close(soon());
        EXPECT_EQ(on->is(), connection::state::closed);
        EXPECT_EQ(ledger.held(), 0u);
    });
}

TEST_F(Connection, AUnitIsAllOrNothing) {
    inside([&]() -> task<void> {
        static constexpr statement create{"create temp table t (id int unique)"};
        static constexpr statement insert{"insert into t values ($1)"};
        static constexpr statement count{"select count(*) from t"};
        auto on = co_await opened();
        co_await on->run(create, {}, soon());
        const step twice[] = {{&insert, parameters::of(1)}, {&insert, parameters::of(1)}};
        try {
            co_await on->run_unit(twice, soon());
            ADD_FAILURE() << "the second insert was accepted";
        } catch (const server_error& refused) {
            EXPECT_TRUE(refused.is(sqlstate::unique_violation)) << refused.what();
        }
        EXPECT_EQ((co_await on->run(count, {}, soon())).one<std::int64_t>(), 0);
        const step both[] = {{&insert, parameters::of(1)}, {&insert, parameters::of(2)}};
        const auto answers = co_await on->run_unit(both, soon());
        EXPECT_EQ(answers.size(), 2u);
        EXPECT_EQ(answers[1].affected(), 1);
    });
}

}  // namespace
}  // namespace headroom::persistence
