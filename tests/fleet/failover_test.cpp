// A primary that dies with the fleet's ledger, and a standby that lacks its last rows.
#include <filesystem>

#include "headroom/fleet/fleet_fixture.hpp"
#include "headroom/testing/tcp_fault_proxy.hpp"
#include "headroom/testing/temp_directory.hpp"
#include "tests/fleet/slot_sampler.hpp"

namespace headroom::fleet {
namespace {

using testing::eventually_on_reactor;
using wall = std::chrono::steady_clock;

/// Members of a primary with a streaming standby, behind an address that moves.
class Failover : public ::testing::Test {
protected:
    static constexpr unsigned usable = 97, join_reserve = 2;
    static constexpr unsigned sampling = 1;  ///< a stranger to the ledger

    void SetUp() override {
        second.follow(first);
        lead_to(first);
        network.emplace(address.string());
    }
    /// From now on new connections reach this server.
    void lead_to(const testing::private_postgres& server) {
        std::filesystem::remove(address);
        std::filesystem::create_symlink(server.socket_file(), address);
    }
    process_ask by_address(unsigned floor, unsigned most) const {
        auto made = ledger.ask(floor, most);
        made.url = made.ledger_url = fmt::format("postgresql://app@127.0.0.1:{}/{}?sslmode=disable",
                                                 network->port(), ledger.name);
        made.within.visit_ms = 50ms;
        return made;
    }
    static task<void> joins(fleet_process& who, unsigned units, unsigned sessions) {
        const auto got = co_await who.start();
        EXPECT_EQ(got ? got->units : 0U, units);
        co_await who.hold(sessions);
    }
    /// The primary is gone at once, and the standby is the primary.
    void fail_over() {
        first.crash();
        second.promote();
        sampler.emplace(second.url("postgres", ledger.name), usable);
        lead_to(second);
    }
    static task<bool> come_back(const std::vector<fleet_process*>& all) {
        co_return co_await eventually_on_reactor([&] {
            return std::ranges::all_of(all, [](const auto* each) {
                return each->member.figures().phase == member_phase::member &&
                       each->member.figures().rejoins > 0;
            });
        });
    }
    void expect_never_too_many() {
        sampler->stop();
        const auto seen = sampler->so_far();
        EXPECT_EQ(seen.broken, "");
        EXPECT_GE(seen.taken, 200U) << "of some ten seconds";
        EXPECT_LE(seen.backends_max, usable) << seen.fullest;
        EXPECT_LE(seen.reserved_max, usable - join_reserve - sampling);
        EXPECT_FALSE(second.log().contains("remaining connection slots"));
        RecordProperty("samples", static_cast<int>(seen.taken));
        RecordProperty("backends_max", static_cast<int>(seen.backends_max));
        RecordProperty("reserved_max", static_cast<int>(seen.reserved_max));
    }

    testing::private_postgres first, second;
    const ledger_database ledger{first};
    const testing::temp_directory in;
    const std::filesystem::path address = in.path() / "server";
    std::optional<testing::tcp_fault_proxy> network;
    std::optional<slot_sampler> sampler;
};

TEST_F(Failover, OldMembersGetWhatTheyHadAndNewcomersTheirFloorUntilItHasBeenLearnt) {
    with_processes([&](processes& all) -> task<void> {
        auto &one = add(all, by_address(5, 30)), &two = add(all, by_address(5, 30));
        co_await joins(one, 30, 12);
        co_await joins(two, 30, 8);
        EXPECT_TRUE(second.catches_up_with(first));
        second.stop_following();
        auto& unknown = add(all, by_address(5, 20));  // the standby never hears of it
        co_await joins(unknown, 20, 5);
        fail_over();
        const auto failed_over = wall::now();
        EXPECT_EQ(second.value("select count(*) from headroom_fleet.member", ledger.name), "2");

        auto& fresh = add(all, by_address(5, 20));
        const auto got = co_await fresh.start();
        EXPECT_TRUE(got && got->learning);
        EXPECT_EQ(got ? got->units : 0U, 5U);
        EXPECT_TRUE(co_await come_back({&one, &two, &unknown}));
        RecordProperty("back_ms", static_cast<int>((wall::now() - failed_over) / 1ms));
        EXPECT_EQ(one.member.figures().reservation, 30U);
        EXPECT_EQ(two.member.figures().reservation, 30U);
        EXPECT_EQ(unknown.member.figures().reservation, 20U);
        for (auto* each : {&one, &two, &unknown}) {
            co_await each->let_go();
            co_await each->hold(each->member.figures().reservation - 2);  // control and a visit
        }
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return fresh.member.figures().reservation > 5; }, 15s));
        RecordProperty("newcomer_grows_ms", static_cast<int>((wall::now() - failed_over) / 1ms));
        EXPECT_GE(wall::now() - failed_over, 9s) << "it is learning for ten";
    });
    expect_never_too_many();
}

}  // namespace
}  // namespace headroom::fleet
