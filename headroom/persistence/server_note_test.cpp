#include "headroom/persistence/server_note.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace headroom::persistence {
namespace {

server_facts with(std::vector<std::string> application_names) {
    server_facts facts;
    for (const auto& [name, value] : {std::pair{"max_connections", "20"},
                                      std::pair{"superuser_reserved_connections", "3"}}) {
        server_setting setting;
        setting.name = name;
        setting.value = value;
        facts.settings.push_back(std::move(setting));
    }
    for (auto& each : application_names) {
        backend session;
        session.application_name = std::move(each);
        facts.backends.push_back(std::move(session));
    }
    return facts;
}

TEST(ServerNote, CountsSessionsByTheirOwnerAndNamesStrangers) {
    const std::string serve = "orders/serve/00000001/persistence.lanes";
    const std::string work = "orders/work/00000002/persistence.lanes";
    const auto text = server_account(with({work, serve, serve, "psql", ""}));
    EXPECT_EQ(text, "server: 5 of 17 slots taken: orders/serve 2, orders/work 1, 2 strangers");
}

TEST(ServerNote, NamesAtMostSixOwners) {
    std::vector<std::string> names;
    for (int i = 1; i <= 8; ++i)
        names.push_back(fmt::format("system-{}/serve/00000001/persistence.lanes", i));
    EXPECT_NE(server_account(with(names)).find("system-6/serve 1, 2 more"), std::string::npos);
}

TEST(ServerNote, SaysThatTheLimitIsNotKnown) {
    EXPECT_EQ(server_account({}), "server: 0 of an unknown number of slots taken");
}

TEST(ServerNote, IsEmptyBeforeTheFirstReading) {
    server_note note;
    EXPECT_EQ(note.text(), "");
    note.learn(with({"psql"}));
    EXPECT_EQ(note.text(), "server: 1 of 17 slots taken: 1 strangers");
}

TEST(ServerNote, QuotesWhatIsKnownBesides) {
    server_note note([] { return budget::fact{"fleet: 3 of 17", {{"fleet_usable", 17}}}; });
    EXPECT_EQ(note.quoted().line, "fleet: 3 of 17");
    note.learn(with({"psql"}));
    EXPECT_EQ(note.quoted().line, "server: 1 of 17 slots taken: 1 strangers; fleet: 3 of 17");
    EXPECT_EQ(note.quoted().figures.at(0).second, 17u);
}

}  // namespace
}  // namespace headroom::persistence
