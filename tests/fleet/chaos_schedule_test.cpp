#include "tests/fleet/chaos_schedule.hpp"

#include <gtest/gtest.h>

#include <set>
#include <vector>

namespace headroom::fleet {
namespace {

std::vector<chaos_step> drawn(std::uint64_t seed, unsigned steps) {
    chaos_schedule from(seed, 50, 4);
    std::vector<chaos_step> all;
    for (unsigned i = 0; i < steps; ++i) all.push_back(from.next());
    return all;
}

TEST(ChaosSchedule, OneSeedIsOneSequence) {
    EXPECT_EQ(drawn(7, 500), drawn(7, 500));
    EXPECT_NE(drawn(7, 500), drawn(8, 500));
}

TEST(ChaosSchedule, EveryVerbComesUpAndNamesSomebodyWhoIsThere) {
    std::set<chaos_verb> verbs;
    for (const auto& each : drawn(7, 2'000)) {
        verbs.insert(each.verb);
        const bool service = each.verb == chaos_verb::deploy ||
                             each.verb == chaos_verb::kill_service ||
                             each.verb == chaos_verb::stop_service;
        EXPECT_LT(each.who, service ? 4U : 50U) << each.text();
    }
    EXPECT_EQ(verbs.size(), 9U);
}

}  // namespace
}  // namespace headroom::fleet
