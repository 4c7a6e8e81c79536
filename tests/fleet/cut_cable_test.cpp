// A host that vanishes from the network, with everything that it has open on a server.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <fstream>

#include "headroom/fleet/process_fixture.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/server_process.hpp"
#include "tests/fleet/cable.hpp"
#include "tests/fleet/slot_sampler.hpp"
#include "tests/fleet/superuser_session.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::fleet {
namespace {

using testing::eventually;
using wall = std::chrono::steady_clock;
using std::chrono::milliseconds;

milliseconds since(wall::time_point then) {
    return std::chrono::duration_cast<milliseconds>(wall::now() - then);
}

/// A member and a service on another host, on a server here.
class CutCable : public ::testing::Test {
protected:
    static constexpr unsigned usable = 97, join_reserve = 2;
    static constexpr unsigned strangers = 2;  ///< the hand and the sampler
    static constexpr unsigned sessions = 10;  ///< of the member, besides control

    static void SetUpTestSuite() {
        if (cable::refusal().empty()) wire.emplace();
    }
    static void TearDownTestSuite() { wire.reset(); }

    void SetUp() override {
        if (!wire) GTEST_SKIP() << cable::refusal();
        database.emplace(std::map<std::string, std::string>{{"listen_addresses", wire->address()},
                                                            {"log_line_prefix", "%m [%p] %e "}});
        hand.emplace(database->server().url("postgres", database->name()));
        let_in_the_other_host();
        database->migrate();
        sampler.emplace(database->server().url("postgres", database->name()), usable);
    }
    void TearDown() override {
        if (!sampler) return;
        sampler->stop();
        const auto seen = sampler->so_far();
        EXPECT_EQ(seen.broken, "");
        EXPECT_GE(seen.taken, 200U) << "of some ten seconds";
        EXPECT_LE(seen.backends_max, usable) << seen.fullest;
        EXPECT_LE(seen.reserved_max, usable - strangers - join_reserve);
        EXPECT_FALSE(database->server().log().contains(" 53300 "));
        RecordProperty("backends_max", static_cast<int>(seen.backends_max));
        RecordProperty("reserved_max", static_cast<int>(seen.reserved_max));
    }

    void let_in_the_other_host() {
        std::ofstream(value("show hba_file"), std::ios::app)
            << fmt::format("host all all {} trust\n", wire->network());
        value("select pg_reload_conf()");
    }
    std::string value(const std::string& text) { return hand->value(text); }
    std::string over_the_cable(const std::string& role) {
        return fmt::format("postgresql://{}@{}:{}/{}?sslmode=disable", role, wire->address(),
                           database->server().port(), database->name());
    }

    /// A member of floor 5 that would like 20 and has ten sessions open besides control.
    std::unique_ptr<testing::child_process> member_there() {
        testing::program what;
        what.arguments = wire->there(
            {HEADROOM_MEMBER, over_the_cable("app"), "5", "20", std::to_string(sessions)});
        return std::make_unique<testing::child_process>(what);
    }
    std::unique_ptr<testing::child_process> service_there() {
        testing::program what;
        what.arguments = wire->there({HEADROOM_SERVICE, "serve"});
        what.environment = database->addresses();
        what.environment["DATABASE_URL"] = over_the_cable("app");
        what.environment["HEADROOM_PROJECTOR_URL"] = over_the_cable("projector");
        what.environment["HEADROOM_HTTP_LISTEN"] = "127.0.0.1:8080";  // of the other host
        return std::make_unique<testing::child_process>(what);
    }
    std::unique_ptr<testing::child_process> member_here(unsigned units) const {
        testing::program what;
        what.arguments = {HEADROOM_MEMBER, database->url("app"), std::to_string(units),
                          std::to_string(units), "0"};
        return std::make_unique<testing::child_process>(what);
    }

    /// Sessions of the other host.
    unsigned backends_there() {
        return static_cast<unsigned>(std::stoul(
            value("select count(*) from pg_stat_activity where client_addr is not null")));
    }
    unsigned living_members() {
        return static_cast<unsigned>(std::stoul(
            value("select count(*) from headroom_fleet.member m where (m.lives_in, m.number) in"
                  " (select database, number from headroom_fleet.alive_v1())")));
    }

    static inline std::optional<cable> wire;
    std::optional<service::served_database> database;
    std::optional<superuser_session> hand;
    std::optional<slot_sampler> sampler;
};

TEST_F(CutCable, WhatAHostHeldIsFreeInTenSecondsAndItComesBackWithinTheSum) {
    const auto member = member_there();
    const auto served = service_there();
    ASSERT_TRUE(eventually([&] { return member->output().starts_with("joined 20"); }))
        << member->errors();
    ASSERT_TRUE(eventually([&] { return served->errors().contains("\"ready\""); }))
        << served->errors();
    ASSERT_TRUE(eventually([&] { return backends_there() >= sessions + 1 + 9; }));

    wire->cut();
    const auto cut_at = wall::now();
    const auto other = member_here(70);  // more than is free beside the two
    EXPECT_TRUE(eventually([&] { return backends_there() == 0 && living_members() <= 1; }));
    RecordProperty("free_ms", static_cast<int>(since(cut_at).count()));
    EXPECT_LE(since(cut_at), milliseconds(10'000));
    EXPECT_TRUE(eventually([&] { return other->output().starts_with("joined 70"); }));
    RecordProperty("reused_ms", static_cast<int>(since(cut_at).count()));
    EXPECT_TRUE(served->errors().contains("proof of life is gone"));

    wire->mend();
    const auto mended_at = wall::now();
    EXPECT_TRUE(eventually([&] { return living_members() == 3; }, milliseconds(30'000)));
    RecordProperty("back_ms", static_cast<int>(since(mended_at).count()));
    EXPECT_TRUE(eventually([&] { return served->errors().contains("proof of life is back"); }));
    EXPECT_LE(std::stoul(value("select sum(reservation) from headroom_fleet.member")),
              usable - strangers - join_reserve);
}

}  // namespace
}  // namespace headroom::fleet
