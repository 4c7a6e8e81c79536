// A fleet under chaos: whatever happens to its processes, the server never has too many sessions.
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <random>

#include "headroom/testing/eventually.hpp"
#include "tests/fleet/chaos_fleet.hpp"
#include "tests/fleet/slot_sampler.hpp"

namespace headroom::fleet {
namespace {

using namespace std::chrono_literals;
using wall = std::chrono::steady_clock;

constexpr unsigned usable = 97;     // of 100, without those for superusers
constexpr unsigned superusers = 2;  // the sampler and the test's own hand: strangers to the ledger

/// HEADROOM_CHAOS_SECONDS=3600 for the long run.
std::chrono::seconds chaos_time() {
    const char* wanted = std::getenv("HEADROOM_CHAOS_SECONDS");
    return std::chrono::seconds(wanted != nullptr ? std::atoi(wanted) : 60);
}

/// HEADROOM_CHAOS_SEED: the steps of a run that failed, once more.
std::uint64_t chaos_seed() {
    const char* wanted = std::getenv("HEADROOM_CHAOS_SEED");
    return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : std::random_device{}();
}

class Chaos : public ::testing::Test {
protected:
    void SetUp() override {
        fmt::print("HEADROOM_CHAOS_SEED={}\n", seed);
        std::fflush(stdout);
        database.server().create_role("worker", "LOGIN");
        database.migrate();
        database.server().sql(fmt::format("update headroom_fleet.header set join_reserve = {}",
                                          chaos_fleet::join_reserve),
                              database.name());
        sampler.emplace(database.server().url("postgres", database.name()), usable);
        fleet.emplace(database);
    }
    std::string value(const std::string& text) { return fleet->hand().value(text); }
    std::string room(const std::string& column) {
        return value("select " + column + " from headroom_fleet.room_v1(-1, '{}', '{}', false)");
    }
    /// Lines of the server's log with a refusal for want of slots.
    unsigned refusals() {
        unsigned found = 0;
        const auto log = database.server().log();
        for (auto at = log.find(" 53300 "); at != std::string::npos;
             at = log.find(" 53300 ", at + 1))
            ++found;
        return found;
    }

    /// What members say they have is what the ledger has them down for: at some moment, as a unit
    /// that is lent on between two looks is in one book and not yet in the other.
    void expect_the_books_agree() {
        std::map<std::string, unsigned> ledger, said;
        EXPECT_TRUE(testing::eventually([&] {
            ledger = reserved();
            said = fleet->members_say();
            return ledger == said;
        }));
        EXPECT_EQ(ledger, said);
    }
    std::map<std::string, unsigned> reserved() {
        std::map<std::string, unsigned> ledger;
        for (const auto& row : fleet->hand().sql(
                 "select lpad(to_hex(number), 8, '0'), reservation from headroom_fleet.member"
                 " where system = 'test'"))
            ledger[row[0]] = static_cast<unsigned>(std::stoul(row[1]));
        return ledger;
    }
    void expect_within_bounds(const slot_samples& seen) {
        EXPECT_EQ(seen.broken, "");
        EXPECT_GE(seen.taken, chaos_time() / slot_sampler::every / 2) << "too few to tell";
        EXPECT_LE(seen.backends_max, usable) << seen.fullest;
        // Rows of members that died this moment stand until the next visit and are part of it.
        EXPECT_LE(seen.reserved_max, usable - superusers);
        EXPECT_EQ(refusals(), 0U);
    }
    void expect_it_was_chaos() {
        if (!fleet->faults().empty()) return;  // then it ended early
        EXPECT_GT(fleet->counts().kills, 0U);
        EXPECT_GT(fleet->counts().stops, 0U);
        EXPECT_GT(fleet->counts().leaves, 0U);
    }
    void record(const slot_samples& seen, std::chrono::milliseconds settled) {
        const auto& did = fleet->counts();
        const std::pair<const char*, unsigned> figures[] = {{"samples", seen.taken},
                                                            {"backends_max", seen.backends_max},
                                                            {"cap", usable},
                                                            {"reserved_max", seen.reserved_max},
                                                            {"refused_53300", refusals()},
                                                            {"steps", did.steps},
                                                            {"kills", did.kills},
                                                            {"stops", did.stops},
                                                            {"leaves", did.leaves},
                                                            {"cuts", did.cuts},
                                                            {"deploys", did.deploys},
                                                            {"role_limits", did.limits},
                                                            {"starts", did.starts},
                                                            {"joins", did.joins},
                                                            {"joins_refused", did.joins_refused},
                                                            {"joins_given_up", did.joins_given_up}};
        for (const auto& [name, figure] : figures) RecordProperty(name, static_cast<int>(figure));
        RecordProperty("settle_ms", static_cast<int>(settled.count()));
        RecordProperty("sample_gap_ms_max", static_cast<int>(seen.gap_max.count()));
        RecordProperty("seed", std::to_string(seed));
    }

    const std::uint64_t seed = chaos_seed();
    service::served_database database{{{"log_line_prefix", "%m [%p] %e "}}};
    std::optional<slot_sampler> sampler;
    std::optional<chaos_fleet> fleet;
};

TEST_F(Chaos, NeverTooManySessionsAndInTheEndEverybodyIsThere) {
    SCOPED_TRACE(fmt::format("HEADROOM_CHAOS_SEED={}", seed));
    chaos_schedule schedule(seed, chaos_fleet::members, chaos_fleet::services);
    const auto until = wall::now() + chaos_time();
    while (wall::now() < until && fleet->faults().empty()) fleet->act(schedule.next());

    const auto ended = wall::now();
    EXPECT_TRUE(fleet->settle(60s));
    const auto settled = std::chrono::duration_cast<std::chrono::milliseconds>(wall::now() - ended);
    EXPECT_TRUE(testing::eventually(
        [&] { return room("orphans + joining") == std::to_string(chaos_fleet::join_reserve); }));
    EXPECT_EQ(value("select count(*) from headroom_fleet.member m where (m.lives_in, m.number) in"
                    " (select database, number from headroom_fleet.alive_v1())"),
              std::to_string(chaos_fleet::members + chaos_fleet::services));
    expect_the_books_agree();

    EXPECT_TRUE(fleet->leave(60s));
    const auto all_that_is_free = usable - superusers - chaos_fleet::join_reserve;
    EXPECT_TRUE(testing::eventually([&] {
        return room("free") == std::to_string(all_that_is_free);
    })) << room("free");
    EXPECT_THAT(fleet->faults(), ::testing::IsEmpty());
    sampler->stop();
    expect_within_bounds(sampler->so_far());
    expect_it_was_chaos();
    record(sampler->so_far(), settled);
}

}  // namespace
}  // namespace headroom::fleet
