#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_redis.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::eventually;
using testing::private_redis;

class ServedRedis : public ::testing::Test {
protected:
    void SetUp() override { database.migrate(); }

    variables with(const std::string& url) const {
        auto all = database.addresses();
        all["REDIS_URL"] = url;
        return all;
    }
    /// Clients by the name of ours.
    static std::size_t ours(const private_redis& of) {
        const auto list = of.ask({"CLIENT", "LIST"});
        std::size_t count = 0;
        const std::string name = "/persistence.redis_shared ";
        for (auto at = list.find(name); at != list.npos; at = list.find(name, at + 1)) ++count;
        return count;
    }
    static std::uint64_t held(const running_service& of) {
        for (const auto& each : of.get_json("/budget").at("resources").as_array())
            if (each.at("name") == "redis") return each.at("held").to_number<std::uint64_t>();
        return 0;
    }

    served_database database;
};

TEST_F(ServedRedis, NobodyAskedForIsNotPlanned) {
    const auto plan = run_service(database.addresses(), {"plan"});
    EXPECT_EQ(plan.code, 0) << plan.errors;
    EXPECT_THAT(plan.output, Not(HasSubstr("redis")));
    const auto planned = run_service(with("redis://cache"), {"plan"});
    EXPECT_EQ(planned.code, 0) << planned.errors;
    EXPECT_THAT(planned.output, HasSubstr("persistence.redis_shared"));
}

TEST_F(ServedRedis, HasOneClientThatIsALease) {
    private_redis redis;
    running_service serve(with(redis.url()));
    ASSERT_TRUE(serve.ready()) << serve.errors();
    EXPECT_EQ(ours(redis), 1u);
    EXPECT_EQ(held(serve), 1u);
    EXPECT_THAT(serve.get("/healthz").body, HasSubstr("redis:shared"));
    serve.process().signal(SIGTERM);
    const auto ended = serve.process().wait();
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->code, 0) << serve.errors();
    EXPECT_TRUE(eventually([&] { return ours(redis) == 0; }));
}

TEST_F(ServedRedis, ThatAllowsTooFewIsRefused) {
    private_redis redis({{"maxclients", "1"}});
    const auto refused = run_service(with(redis.url()), {"serve"});
    EXPECT_EQ(refused.code, 78) << refused.errors;
    EXPECT_THAT(refused.errors, HasSubstr("redis: the plan's sum of 2 exceeds 1 usable by 1"));
    EXPECT_THAT(refused.errors, HasSubstr("raise maxclients to 2"));
}

TEST_F(ServedRedis, ThatRefusesThePasswordEndsTheStartWithoutShowingIt) {
    private_redis redis({{"requirepass", "right"}});
    const auto url = fmt::format("redis://:s3cret@127.0.0.1:{}/0", redis.port());
    const auto refused = run_service(with(url), {"serve"});
    EXPECT_EQ(refused.code, 78) << refused.errors;
    EXPECT_THAT(refused.errors, HasSubstr("WRONGPASS"));
    EXPECT_THAT(refused.errors + refused.output, Not(HasSubstr("s3cret")));
}

TEST_F(ServedRedis, ThatIsAwayIsWaitedForAtTheStartAndBornWithAfterwards) {
    private_redis redis;
    redis.stop();
    running_service serve(with(redis.url()));
    EXPECT_FALSE(serve.ready(std::chrono::seconds(2)));
    EXPECT_TRUE(serve.process().running());
    redis.start();
    ASSERT_TRUE(serve.ready(std::chrono::seconds(20))) << serve.errors();
    redis.crash();
    redis.stop();
    EXPECT_TRUE(eventually([&] { return held(serve) <= 1; }));
    EXPECT_EQ(serve.get("/readyz").status, 200u);
    redis.start();
    EXPECT_TRUE(eventually([&] { return ours(redis) == 1; }));
}

}  // namespace
}  // namespace headroom::service
