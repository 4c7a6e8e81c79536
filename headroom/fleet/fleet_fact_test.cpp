#include "headroom/fleet/fleet_fact.hpp"

#include <map>

#include "headroom/fleet/fleet_fixture.hpp"

namespace headroom::fleet {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using testing::eventually_on_reactor;

const deadline::clock::time_point told_at{1h};

membership_figures a_member() {
    membership_figures made;
    made.phase = member_phase::member;
    made.reservation = 12;
    bound_figures server;
    server.bound = server.name = "server";
    server.usable = 97, server.joining = 2, server.externals = 10, server.strangers = 1;
    server.reserved = 30, server.free = 54;
    made.bounds = {server};
    made.told_at = told_at;
    return made;
}

TEST(FleetFact, SaysWhatTheLedgerToldAndHowLongAgo) {
    const auto said = fact_of(a_member(), told_at + 1'200ms);
    EXPECT_EQ(said.line,
              "fleet: 12 of 97 usable are reserved for this process, 42 for all members, 2 for "
              "joining, 10 for externals, 1 strangers, 0 orphans, 42 free, as of 1.2 s ago");
    EXPECT_EQ(said.figures.size(), 8u);
}

TEST(FleetFact, NamesTheInequalityThatBindsWhereItIsNotTheServers) {
    auto member = a_member();
    bound_figures role;
    role.bound = "role", role.name = "app", role.usable = 20, role.allows = 14;
    member.bounds.insert(member.bounds.begin(), role);
    EXPECT_THAT(fact_of(member, told_at).line, EndsWith("ago; role app allows it 14 of 20"));
}

TEST(FleetFact, SaysWhyItsFiguresMayBeOld) {
    auto member = a_member();
    member.safe_mode = true;
    EXPECT_THAT(fact_of(member, told_at).line, EndsWith(" (the ledger is out of reach)"));
    member.phase = member_phase::fenced;
    EXPECT_THAT(fact_of(member, told_at).line, EndsWith(" (fenced)"));
}

TEST(FleetFact, HasNoFiguresBeforeTheLedgerAnswered) {
    const auto said = fact_of({}, told_at);
    EXPECT_EQ(said.line, "fleet: the ledger has told nothing yet");
    EXPECT_THAT(said.figures, IsEmpty());
}

class FleetFactOfALedger : public FleetFixture {
protected:
    /// What an operator reads in the ledger's tables. (Compiling the query would take its time.)
    std::map<std::string, std::string> rows(const fleet_process& of) const {
        const auto found = server().sql(
            fmt::format("set jit = off; select r.usable, r.strangers, r.orphans, r.free, "
                        "(select m.reservation from headroom_fleet.member m where m.number = {}), "
                        "(select sum(m.reservation) from headroom_fleet.member m), "
                        "(select h.join_reserve from headroom_fleet.header h), "
                        "(select sum(e.declared) from headroom_fleet.external e) "
                        "from headroom_fleet.room_v1(-1, '{{}}', '{{}}', false) r", of.number),
            database).at(0);
        // Whoever asks this is a stranger himself.
        return {{"fleet_usable", found.at(0)},
                {"fleet_strangers", std::to_string(std::stoi(found.at(1)) - 1)},
                {"fleet_orphans", found.at(2)},
                {"fleet_free", std::to_string(std::stoi(found.at(3)) + 1)},
                {"fleet_reservation", found.at(4)},
                {"fleet_reserved", found.at(5)},
                {"fleet_joining", found.at(6)},
                {"fleet_externals", found.at(7)}};
    }
    static std::map<std::string, std::string> figures(const fleet_process& of) {
        std::map<std::string, std::string> all;
        const auto said = fact_of(of.member.figures(), deadline::clock::now());
        for (const auto& [name, units] : said.figures) all[name] = std::to_string(units);
        return all;
    }
};

TEST_F(FleetFactOfALedger, HasTheFiguresOfItsRows) {
    server().sql("insert into headroom_fleet.external (application, declared) "
                 "values ('metabase%', 7)", database);
    auto eager = ask(5, 20);
    eager.within.visit_ms = 50ms;
    with_processes([&](processes& all) -> task<void> {
        auto& one = add(all, eager);
        EXPECT_TRUE((co_await one.start()).has_value());
        EXPECT_TRUE((co_await add(all, ask(3, 31)).start()).has_value());
        const auto expected = rows(one);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return figures(one) == expected; }));
        EXPECT_EQ(figures(one), expected);
        EXPECT_EQ(expected.at("fleet_reserved"), "51");
        EXPECT_THAT(fact_of(one.member.figures(), deadline::clock::now()).line,
                    StartsWith("fleet: 20 of 97 usable are reserved for this process, 51 for all "
                               "members, 2 for joining, 7 for externals, "));
    });
}

}  // namespace
}  // namespace headroom::fleet
