#include <fmt/format.h>
#include <gmock/gmock.h>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_redis.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

using ::testing::HasSubstr;
using testing::eventually;
using testing::private_redis;

constexpr char beta[] = "/v1/tenants/tenant-1/configuration/beta";

/// Processes on one database that keep tenants' configuration in one Redis.
class ServedCache : public ::testing::Test {
protected:
    void SetUp() override { database.migrate(); }

    variables with(variables more = {}) const {
        auto all = database.addresses();
        all["REDIS_URL"] = redis.url();
        all.merge(more);
        return all;
    }
    static std::string value(int of) {
        return fmt::format(R"({{"type":"integer","value":{}}})", of);
    }
    /// The position of the change.
    static std::string put(const running_service& to, int what) {
        const auto answer = to.put(beta, value(what));
        EXPECT_EQ(answer.status, 200u) << answer.body;
        return header_of(answer, "Headroom-Position");
    }
    static std::string seen_at(const running_service& of, const std::string& position) {
        return of.send("GET", beta, "", "Headroom-Position: " + position + "\r\n").body;
    }
    static bool shows(const running_service& of, int what) {
        return of.get(beta).body.find(fmt::format("\"value\":{}}}", what)) != std::string::npos;
    }
    static double metric(const running_service& of, const std::string& name) {
        const auto text = of.get("/metrics").body;
        const auto at = text.find("\n" + name + " ");
        return at == text.npos ? -1 : std::stod(text.substr(at + name.size() + 2));
    }
    static std::size_t clients(const private_redis& of) {
        const auto list = of.ask({"CLIENT", "LIST"});
        std::size_t count = 0;
        for (auto at = list.find("/persistence.redis_"); at != list.npos;
             at = list.find("/persistence.redis_", at + 1))
            ++count;
        return count;
    }

    served_database database;
    private_redis redis;
};

TEST_F(ServedCache, ASecondReadAsksNoServer) {
    running_service serve(with());
    ASSERT_TRUE(serve.ready()) << serve.errors();
    serve.make_tenant("tenant-1");
    put(serve, 1);
    const auto hits = [&] { return metric(serve, R"(headroom_cache_hits_total{level="local"})"); };
    EXPECT_TRUE(eventually([&] {
        EXPECT_THAT(serve.get(beta).body, HasSubstr("\"value\":1"));
        return hits() > 0;
    }));
    const auto loads = metric(serve, "headroom_cache_loads_total");
    EXPECT_THAT(serve.get("/v1/tenants/tenant-1/features/other").body, HasSubstr("false"));
    EXPECT_THAT(serve.get("/v1/tenants/tenant-1/configuration").body, HasSubstr("\"beta\""));
    EXPECT_EQ(metric(serve, "headroom_cache_loads_total"), loads);
    EXPECT_EQ(clients(redis), 1u);
}

TEST_F(ServedCache, AReadAfterAChangeSeesItInEveryProcess) {
    running_service one(with()), two(with());
    ASSERT_TRUE(one.ready()) << one.errors();
    ASSERT_TRUE(two.ready()) << two.errors();
    one.make_tenant("tenant-1");
    for (int i = 1; i <= 40; ++i) {
        const auto& writer = i % 2 == 0 ? one : two;
        const auto& reader = i % 2 == 0 ? two : one;
        const auto position = put(writer, i);
        const auto wanted = HasSubstr(fmt::format("\"value\":{}}}", i));
        EXPECT_THAT(reader.get(beta).body, wanted);
        EXPECT_THAT(writer.get(beta).body, wanted);
        EXPECT_THAT(seen_at(reader, position), wanted);
    }
    EXPECT_EQ(clients(redis), 2u);
}

TEST_F(ServedCache, IsToldByWhoeverProjects) {
    const variables no_runners{{"MAX_PROJECTION_RUNNERS", "0"}};
    running_service projector(with(), "project");
    running_service one(with(no_runners)), two(with(no_runners));
    ASSERT_TRUE(projector.ready()) << projector.errors();
    ASSERT_TRUE(one.ready()) << one.errors();
    ASSERT_TRUE(two.ready()) << two.errors();
    one.make_tenant("tenant-1");
    for (int i = 1; i <= 10; ++i) {
        put(one, i);
        const auto wanted = HasSubstr(fmt::format("\"value\":{}}}", i));
        EXPECT_THAT(two.get(beta).body, wanted);
        EXPECT_THAT(one.get(beta).body, wanted);
    }
    EXPECT_EQ(clients(redis), 3u);
}

TEST_F(ServedCache, WithoutItsRedisAnswersFromTheDatabase) {
    running_service one(with()), two(with());
    ASSERT_TRUE(one.ready()) << one.errors();
    ASSERT_TRUE(two.ready()) << two.errors();
    one.make_tenant("tenant-1");
    put(one, 1);
    EXPECT_THAT(two.get(beta).body, HasSubstr("\"value\":1}"));
    redis.freeze();
    const auto position = put(one, 2);
    EXPECT_THAT(seen_at(two, position), HasSubstr("\"value\":2}"));
    EXPECT_TRUE(eventually([&] { return shows(two, 2); }));
    redis.thaw();
    redis.stop();
    put(one, 3);
    EXPECT_TRUE(eventually([&] { return shows(two, 3); }));
    EXPECT_GT(metric(two, "headroom_cache_degraded_total"), 0);
    redis.start();
    EXPECT_TRUE(eventually([&] { return clients(redis) == 2u; }));
    put(one, 4);
    EXPECT_TRUE(eventually([&] { return shows(two, 4); }));
}

TEST_F(ServedCache, OfAnotherServiceIsNotSeen) {
    served_database others;
    others.migrate();
    auto theirs = others.addresses();
    theirs["REDIS_URL"] = redis.url();
    theirs["CACHE_PREFIX"] = "other";
    running_service one(with()), other(theirs);
    ASSERT_TRUE(one.ready()) << one.errors();
    ASSERT_TRUE(other.ready()) << other.errors();
    one.make_tenant("tenant-1");
    put(one, 1);
    EXPECT_THAT(one.get(beta).body, HasSubstr("\"value\":1}"));
    EXPECT_EQ(other.get(beta).status, 404u);
    EXPECT_THAT(redis.ask({"KEYS", "*"}), HasSubstr("headroom:configuration:tenant-1"));
}

TEST_F(ServedCache, HonoursTheCapOfItsConnections) {
    auto capped = with();
    capped["REDIS_POOL_SIZE"] = "1";
    const auto plan = run_service(capped, {"plan"});
    EXPECT_EQ(plan.code, 0) << plan.errors;
    running_service serve(capped);
    ASSERT_TRUE(serve.ready()) << serve.errors();
    EXPECT_EQ(clients(redis), 1u);
    capped["REDIS_POOL_SIZE"] = "101";
    EXPECT_EQ(run_service(capped, {"plan"}).code, 78);
}

}  // namespace
}  // namespace headroom::service
