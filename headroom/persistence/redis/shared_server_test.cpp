#include "headroom/persistence/redis/shared_server.hpp"

#include "headroom/persistence/redis/redis_fixture.hpp"
#include "headroom/persistence/redis/server_limits.hpp"
#include "headroom/persistence/start_failure.hpp"

namespace headroom::redis {
namespace {

class RedisLimits : public redis_fixture {
protected:
    budget::grant share = ledger.open({"persistence.redis_shared", 1, 1}).value();

    server_limits limits_at(connect_info to, budget::figure stated = {}) {
        server_limits found;
        door through(std::move(to));
        inside([&]() -> task<void> {
            mux shared(*reactor::current(), std::move(share), through, {.options = {.name = "l"}});
            shared.start();
            co_await testing::and_at_last(
                [&]() -> task<void> {
                    found = co_await read_server_limits(shared, stated, soon());
                },
                [&] { return shared.stop(soon()); });
        });
        return found;
    }
};

TEST_F(RedisLimits, AreReadFromTheServer) {
    private_redis own({{"maxclients", "30"}});
    const auto found = limits_at(at(own));
    EXPECT_EQ(found.clients_max, 30u);
    EXPECT_EQ(found.held(), 1u);
    const auto limit = as_start_limit(found, 1);
    EXPECT_EQ(limit.limit, 30u);
    EXPECT_EQ(limit.free, 30u);
    EXPECT_EQ(limit.how, "maxclients 30");
}

TEST_F(RedisLimits, CountReplicasToo) {
    private_redis own({{"maxclients", "30"}}), replica;
    replica.ask({"REPLICAOF", "127.0.0.1", std::to_string(own.port())});
    EXPECT_TRUE(testing::eventually(
        [&] { return own.ask({"INFO", "replication"}).contains("state=online"); }));
    const auto found = limits_at(at(own));
    EXPECT_EQ(found.replicas, 1u);
    EXPECT_EQ(found.held(), 2u);
    EXPECT_EQ(as_start_limit(found, 1).free, 29u);
}

TEST_F(RedisLimits, ThatTheAccessListHidesMayBeStated) {
    private_redis own;
    own.ask({"ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-info", "-config"});
    auto to = at(own);
    to.user = "app";
    to.password = secret("pw");
    const auto stated = limits_at(to, 500);
    EXPECT_EQ(stated.clients_max, 500u);
    EXPECT_FALSE(stated.held());
    EXPECT_EQ(as_start_limit(stated, 1).how, "REDIS_MAXCLIENTS 500");
    EXPECT_FALSE(as_start_limit(stated, 1).free);
}

TEST_F(RedisLimits, ThatNobodyTellsAreUnknownWithTheirReason) {
    private_redis own;
    own.ask({"ACL", "SETUSER", "app", "on", ">pw", "~*", "+@all", "-info", "-config"});
    auto to = at(own);
    to.user = "app";
    to.password = secret("pw");
    const auto limit = as_start_limit(limits_at(to), 1);
    EXPECT_FALSE(limit.limit);
    EXPECT_THAT(limit.why_unknown, HasSubstr("NOPERM"));
    EXPECT_THAT(limit.why_unknown, HasSubstr("set REDIS_MAXCLIENTS"));
}

TEST_F(RedisLimits, AFigureOfItsText) {
    EXPECT_EQ(figure_in("# Clients\r\nmaxclients:7\r\n", "maxclients"), 7u);
    EXPECT_EQ(figure_in("connected_clients:1\nmaxclients:8", "maxclients"), 8u);
    EXPECT_FALSE(figure_in("maxclients_x:7\r\n", "maxclients"));
    EXPECT_FALSE(figure_in("maxclients:x\r\n", "maxclients"));
    EXPECT_FALSE(figure_in("", "maxclients"));
}

TEST_F(RedisLimits, AFailureSaysWhetherTheStartWaits) {
    const auto act_on = [](std::string_view said) {
        return persistence::explain(std::make_exception_ptr(server_error(said, "HELLO")), "cache")
            .act;
    };
    using persistence::start_action;
    EXPECT_EQ(act_on("ERR max number of clients reached"), start_action::wait);
    EXPECT_EQ(act_on("LOADING Redis is loading the dataset in memory"), start_action::wait);
    EXPECT_EQ(act_on("WRONGPASS invalid username-password pair"), start_action::refuse);
    EXPECT_EQ(act_on("NOAUTH Authentication required."), start_action::refuse);
    EXPECT_EQ(act_on("ERR DB index is out of range"), start_action::refuse);
}

// ---- as a part of a process ----

class SharedServer : public ::testing::Test {
protected:
    runtime_settings sizes;
    settings with;
    budget::book book;

    void declare() {
        book.declare(budget::resource{.name = "threads", .limit = 100});
        book.declare(budget::resource{.name = "files", .limit = 1000});
        book.declare(budget::resource{
            .name = resource, .limit = 100, .reserve = reserve_of(with, 1)});
        for (auto& each : headroom::consumers(sizes)) book.declare(std::move(each));
        for (auto& each : consumers(with, {})) book.declare(std::move(each));
        book.restrict(resource, 1);
    }
};

TEST_F(SharedServer, OpensWhatItsRowsSayAndGivesItBack) {
    private_redis own;
    with.server = parse_connect_info(own.url()).value();
    declare();
    headroom::runtime on(book, sizes);
    {
        shared_server redis(on, book, with, {"orders", "serve", 0x0badcafe, ""});
        on.home().run_blocking([&]() -> task<void> {
            const auto limits = co_await redis.limits(soon());
            EXPECT_EQ(limits.size(), 1u);
            EXPECT_EQ(limits.at(0).limit, 10'000u);
        });
        EXPECT_TRUE(book.open_ledgers());
        redis.start(soon());
        EXPECT_EQ(book.of(resource).held(), 1u);
        const std::string name = "orders/serve/0badcafe/persistence.redis_shared";
        EXPECT_THAT(own.ask({"CLIENT", "LIST"}), HasSubstr(" name=" + name + " "));
        EXPECT_TRUE(book.ghosts().empty());
        redis.stop(soon());
        EXPECT_EQ(book.of(resource).held(), 0u);
        redis.stop(soon());
    }
}

TEST_F(SharedServer, IsStoppedWithoutAStart) {
    private_redis own;
    with.server = parse_connect_info(own.url()).value();
    declare();
    headroom::runtime on(book, sizes);
    shared_server redis(on, book, with, {"orders", "serve", 1, ""});
    redis.stop(soon());
    EXPECT_EQ(book.of(resource).held(), 0u);
}

}  // namespace
}  // namespace headroom::redis
