#include "headroom/fleet/ledger_answer.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "headroom/fleet/overshoot.hpp"
#include "headroom/persistence/error.hpp"

namespace headroom::fleet {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

fleet_terms asker() {
    fleet_terms made;
    made.system = "orders";
    made.duty = "serve";
    made.number = 0x0badcafe;
    made.floor = 9;
    made.most = 12;
    return made;
}

constexpr std::string_view refusal = R"({"refused": "too_little", "learning": false, "called": 3,
    "collected": 0, "holders": [{"name": "billing/work/00000001", "units": 14},
                                {"name": "psql as reports", "units": 2}],
    "bounds": [{"bound": "role", "id": "16384", "name": "app", "usable": 20, "joining": 0,
                "externals": 1, "strangers": 2, "orphans": 0, "reserved": 14, "free": 3,
                "needs": 9, "allows": 3}]})";

TEST(LedgerAnswer, GivesTheReservationAndWhatBoundsIt) {
    const auto got = read_answer(R"({"learning": true, "reservation": 9, "target": null,
                                     "collected": 2, "beyond": 1, "bounds": null})", asker());
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->units, 9U);
    EXPECT_TRUE(got->learning);
    EXPECT_EQ(got->target, std::nullopt);
    EXPECT_EQ(got->collected, 2U);
    EXPECT_EQ(got->beyond, 1U);
}

TEST(LedgerAnswer, SaysWhetherTheAskerIsBelowItsPart) {
    const auto got = [](std::string_view unmet) {
        const auto text = fmt::format(
            R"({{"learning": false, "reservation": 9, "bounds": null, "unmet": {}}})", unmet);
        return read_answer(text, asker()).value().unmet;
    };
    EXPECT_TRUE(got("true"));
    EXPECT_FALSE(got("false"));
}

TEST(LedgerAnswer, TurnsARefusalIntoOneLineWithEveryFigure) {
    const auto got = read_answer(refusal, asker());
    ASSERT_FALSE(got.has_value());
    EXPECT_EQ(got.error().message(),
              "orders/serve/0badcafe needs 9 of the fleet's budget and asked for 12: too little is "
              "free (role app: usable 20 - 1 for externals - 2 strangers - 14 reserved = 3 free); "
              "others were asked to give back 3; held by billing/work/00000001 14, psql as "
              "reports 2");
}

TEST(LedgerAnswer, KnowsWhetherTimeCanMendARefusal) {
    auto why = read_answer(refusal, asker()).error();
    EXPECT_TRUE(why.time_can_mend()) << "19 fit when the others are gone";
    why.bounds.front().needs = 20;
    EXPECT_FALSE(why.time_can_mend()) << "an external keeps one of 20";
    why.bounds.front().needs = 9;
    why.reason = fleet_refusal_reason::number_taken;
    EXPECT_FALSE(why.time_can_mend());
}

TEST(LedgerAnswer, RefusesWhatAnotherProgramAnswers) {
    for (const auto* text : {"", "[]", "{}", R"({"refused": "because"})",
                             R"({"learning": true, "reservation": -1})",
                             R"({"learning": 1, "reservation": 1})"})
        EXPECT_THROW((void)read_answer(text, asker()), persistence::unexpected_result) << text;
}

TEST(LedgerAnswer, OfAStandbyBringsATicketAndPerhapsNoDecision) {
    const auto stale = read_standby_answer(
        R"({"learning": false, "ticket": "a", "look_again": true})", asker());
    EXPECT_EQ(stale.ticket, "a");
    EXPECT_FALSE(stale.decided.has_value());
    const auto granted = read_standby_answer(
        R"({"learning": false, "ticket": "b", "reservation": 7})", asker());
    EXPECT_EQ(granted.ticket, "b");
    ASSERT_TRUE(granted.decided.has_value() && granted.decided->has_value());
    EXPECT_EQ((*granted.decided)->units, 7U);
    const auto refused = read_standby_answer(R"({"learning": false, "refused": "no_standby"})",
                                             asker());
    EXPECT_EQ(refused.ticket, std::nullopt);
    EXPECT_EQ(refused.decided->error().reason, fleet_refusal_reason::no_standby);
}

TEST(LedgerAnswer, QuotesNamesInClaims) {
    EXPECT_EQ(claims_text({{"a\"b", "orders", 1, 2}}),
              R"([{"role":"a\"b","database":"orders","floor":1,"most":2}])");
}

TEST(Overshoot, IsWhatTheJoinReserveDoesNotCoverAndWhatNobodyAskedFor) {
    EXPECT_EQ(overshoot_bound({}), 0U);
    EXPECT_EQ(overshoot_bound({.joiners = 1, .join_reserve = 2}), 0U);
    EXPECT_EQ(overshoot_bound({.joiners = 4, .join_reserve = 2}), 6U);
    EXPECT_EQ(overshoot_bound({.joiners = 1, .join_reserve = 2, .arrivals = 3, .unfenced = 4}),
              7U);
}

}  // namespace
}  // namespace headroom::fleet
