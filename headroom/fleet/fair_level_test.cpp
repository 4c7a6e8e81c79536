// The fair level, as the ledger computes it in SQL, against filling up unit by unit.
#include <fmt/ranges.h>

#include <numeric>
#include <random>

#include "headroom/fleet/fleet_fixture.hpp"

namespace headroom::fleet {
namespace {

struct division {
    int total = 0;
    std::vector<int> floors, caps;

    /// Everybody has its floor; then, as long as there is one for each, all that have least of
    /// those who could use more get a unit.
    std::vector<int> filled() const {
        auto parts = floors;
        for (;;) {
            std::vector<std::size_t> lowest;
            for (std::size_t i = 0; i < parts.size(); ++i) {
                if (parts[i] >= caps[i]) continue;
                if (!lowest.empty() && parts[i] < parts[lowest.front()]) lowest.clear();
                if (lowest.empty() || parts[i] == parts[lowest.front()]) lowest.push_back(i);
            }
            const auto used = std::accumulate(parts.begin(), parts.end(), 0);
            if (lowest.empty() || used + static_cast<int>(lowest.size()) > total) return parts;
            for (const auto each : lowest) ++parts[each];
        }
    }
    std::vector<int> at_level(int level) const {
        std::vector<int> parts;
        for (std::size_t i = 0; i < floors.size(); ++i)
            parts.push_back(std::max(floors[i], std::min(caps[i], level)));
        return parts;
    }
    std::string text() const {
        return fmt::format("({}, '{{{}}}'::int[], '{{{}}}'::int[])", total, fmt::join(floors, ","),
                           fmt::join(caps, ","));
    }
};

division random_division(std::minstd_rand& random) {
    const auto up_to = [&](unsigned most) { return static_cast<int>(random() % (most + 1)); };
    division made;
    const auto members = 1 + up_to(11);
    for (int i = 0; i < members; ++i) {
        made.floors.push_back(1 + up_to(8));
        made.caps.push_back(made.floors.back() + up_to(40));
    }
    made.total = std::accumulate(made.floors.begin(), made.floors.end(), 0) + up_to(200);
    return made;
}

class FairLevel : public FleetFixture {
protected:
    int level(const division& of) const {
        return std::stoi(value("select headroom_fleet.fair_level_v1" + of.text()));
    }
};

TEST_F(FairLevel, IsMaxMinFairForWhateverFloorsAndDemands) {
    std::minstd_rand random(11);
    for (int i = 0; i < 300 && !HasFailure(); ++i) {
        const auto one = random_division(random);
        EXPECT_EQ(one.at_level(level(one)), one.filled()) << one.text();
    }
}

TEST_F(FairLevel, LeavesEverybodyTheFloorWhenThereIsNoMore) {
    const division tight{12, {5, 7}, {20, 20}}, beyond{9, {5, 7}, {20, 20}};
    EXPECT_EQ(tight.at_level(level(tight)), tight.floors);
    EXPECT_EQ(beyond.at_level(level(beyond)), beyond.floors);
}

TEST_F(FairLevel, GivesWhatOneCannotUseToTheOthers) {
    const division one{95, {5, 5, 5}, {10, 90, 90}};
    EXPECT_EQ(one.at_level(level(one)), (std::vector{10, 42, 42}));
}

}  // namespace
}  // namespace headroom::fleet
