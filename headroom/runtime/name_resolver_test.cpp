#include "headroom/runtime/name_resolver.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <future>

#include "headroom/runtime/worker_pool.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/run.hpp"

namespace headroom {
namespace {

using names = std::vector<std::string>;

TEST(AddressesWithoutAsking, AreNumericAddressesThemselves) {
    for (const std::string host : {"127.0.0.1", "10.1.2.3", "::1", "fe80::1%eth0"})
        EXPECT_EQ(addresses_without_asking(host).addresses, names{host});
}

TEST(AddressesWithoutAsking, AreBothLoopbacksForLocalhost) {
    EXPECT_EQ(addresses_without_asking("localhost").addresses, (names{"127.0.0.1", "::1"}));
}

TEST(AddressesWithoutAsking, AreNoneForTheSocketOfAPath) {
    for (const auto* host : {"/run/postgresql", "@abstract", ""}) {
        EXPECT_TRUE(addresses_without_asking(host).known);
        EXPECT_TRUE(addresses_without_asking(host).addresses.empty());
    }
}

TEST(AddressesWithoutAsking, AreUnknownForAName) {
    for (const auto* host : {"db.internal", "127.0.0.1.example", "1.2.3"})
        EXPECT_FALSE(addresses_without_asking(host).known);
}

struct resolver_fixture : ::testing::Test {
    names resolve(std::string host, std::chrono::milliseconds within = std::chrono::seconds(10)) {
        names got;
        testing::run_on(home, [&]() -> task<void> {
            got = co_await resolver.resolve(host, deadline::after(within));
        });
        return got;
    }
    testing::test_reactor home;  // outlives the pool that answers to it
    testing::thread_budget threads{1};
    worker_pool pool{"runtime.system_pool", threads.several(1)};
    name_resolver resolver{pool};
};

using NameResolver = resolver_fixture;

TEST_F(NameResolver, AsksTheSystemOnItsPool) {
    const auto got = resolve("LOCALHOST");  // in capitals it is a name like any other
    EXPECT_TRUE(got == names{"127.0.0.1"} || std::ranges::find(got, "::1") != got.end());
}

TEST_F(NameResolver, SaysWhichNameHasNoAddress) {
    try {
        resolve("no-such-host.invalid");
        FAIL() << "resolved";
    } catch (const resolve_error& failed) {
        EXPECT_EQ(std::string_view(failed.what()).find("cannot resolve \"no-such-host.invalid\": "),
                  0u);
    }
}

TEST_F(NameResolver, GivesUpAtItsDeadlineWhileTheThreadsAreBusy) {
    std::promise<void> gate;
    ASSERT_TRUE(pool.post([&] { gate.get_future().wait(); }));
    EXPECT_THROW(resolve("no-such-host.invalid", std::chrono::milliseconds(10)), resolve_error);
    gate.set_value();
    pool.stop();
}

TEST_F(NameResolver, RefusesWhatIsNoName) {
    EXPECT_THROW(resolve(std::string(300, 'a')), resolve_error);
    EXPECT_THROW(resolve(std::string("a\0b", 3)), resolve_error);
}

TEST_F(NameResolver, NeedsNoThreadForAnAddress) {
    pool.stop();
    EXPECT_EQ(resolve("192.0.2.7"), names{"192.0.2.7"});
    EXPECT_THROW(resolve("db.invalid"), budget::refused);
}

TEST(BlockingResolver, AnswersAsTheOtherDoes) {
    blocking_resolver one;
    const auto by = deadline::after(std::chrono::seconds(10));
    EXPECT_EQ(one.resolve("127.0.0.1", by), names{"127.0.0.1"});
    EXPECT_FALSE(one.resolve("LOCALHOST", by).empty());
    EXPECT_THROW(one.resolve("no-such-host.invalid", by), resolve_error);
    EXPECT_THROW(one.resolve(std::string(300, 'a'), by), resolve_error);
    EXPECT_FALSE(one.hanging());
}

TEST(BlockingResolver, KnowsOfTheLookUpNobodyWaitsForUntilItHasEnded) {
    blocking_resolver one;
    EXPECT_THROW(one.resolve("no-such-host.invalid", deadline::after(std::chrono::seconds(0))),
                 resolve_error);
    EXPECT_TRUE(testing::eventually([&] { return !one.hanging(); }));
}

}  // namespace
}  // namespace headroom
