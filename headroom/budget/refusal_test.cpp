#include "headroom/budget/refusal.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace headroom::budget {
namespace {

refusal a_timeout() {
    refusal why;
    why.reason = refusal_reason::timed_out;
    why.resource = "postgres";
    why.consumer = "persistence.sessions";
    why.held = 12;
    why.limit = 12;
    why.waiting = 3;
    why.waited = std::chrono::milliseconds(250);
    why.holders = {{"eventsourcing.event_store", 5}, {"persistence.sessions", 4}};
    why.more.line = "oldest for 7 s: SELECT pg_sleep";
    return why;
}

TEST(Refusal, SaysInOneLineWhoAskedWhatIsHeldAndByWhom) {
    EXPECT_EQ(a_timeout().message(),
              "postgres: persistence.sessions asked for 1, 12 of 12 are held (timed_out), waited "
              "250 ms, 3 waiting; holders: eventsourcing.event_store 5, persistence.sessions 4; "
              "oldest for 7 s: SELECT pg_sleep");
}

TEST(Refusal, LeavesOutWhatDoesNotApply) {
    refusal why;
    why.resource = "redis";
    why.consumer = "cache";
    EXPECT_EQ(why.message(), "redis: cache asked for 1, 0 of 0 are held (exhausted)");
}

TEST(Refusal, JoinsFactsAndKeepsTheirFigures) {
    fact all;
    all.add({"a", {{"one", 1}}});
    all.add({});
    all.add({"b", {{"two", 2}}});
    EXPECT_EQ(all.line, "a; b");
    EXPECT_EQ(all.figures, (decltype(all.figures){{"one", 1}, {"two", 2}}));
}

TEST(Refusal, IsTheSameAsAnException) {
    const refused thrown(a_timeout());
    EXPECT_EQ(thrown.what(), a_timeout().message());
    EXPECT_EQ(thrown.why().limit, 12u);
}

TEST(Refusal, NamesEveryReasonDifferently) {
    using enum refusal_reason;
    std::vector<std::string> names;
    for (const auto each : {over_ceiling, exhausted, holds_already, timed_out, queue_full, closing})
        names.push_back(to_string(each));
    std::ranges::sort(names);
    EXPECT_EQ(std::ranges::adjacent_find(names), names.end());
}

}  // namespace
}  // namespace headroom::budget
