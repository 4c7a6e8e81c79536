// What a member's role may do, and what it is told when that is not enough.
#include "headroom/fleet/fleet_fixture.hpp"

namespace headroom::fleet {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Rights : public FleetFixture {
protected:
    /// The error a process's start ends with, at once.
    static std::string error_of(const process_ask& what) {
        std::string said = "none";
        with_processes([&](processes& all) -> task<void> {
            try {
                (void)co_await add(all, what).start();
            } catch (const persistence::server_error& failed) {
                said = failed.what();
            }
        });
        return said;
    }
};

TEST_F(Rights, AMemberNeedsNoRightToCreateAnything) {
    EXPECT_EQ(value("select has_database_privilege('app', current_database(), 'create') or"
                    " has_schema_privilege('app', 'headroom_fleet', 'create')"), "f");
    EXPECT_EQ(error_of(ask()), "none");
}

TEST_F(Rights, ARoleWithoutRightsIsToldWhichGrantIsMissing) {
    server().create_role("nobody");
    auto what = ask();
    what.ledger_url = server().url("nobody", database);
    EXPECT_THAT(error_of(what),
                AllOf(HasSubstr("42501: permission denied for schema headroom_fleet"),
                      HasSubstr("role nobody, database " + database),
                      HasSubstr("GRANT headroom_app TO this role")));
}

TEST_F(Rights, ADatabaseWithoutTheSchemaSaysHowItGetsThere) {
    auto what = ask();
    what.ledger_url = server().url("app", "postgres");
    EXPECT_THAT(error_of(what), AllOf(HasSubstr("3F000"), HasSubstr("headroom-service migrate")));
}

TEST_F(Rights, TheIsolationLevelOfARoleDoesNotMatter) {
    server().sql("alter role app set default_transaction_isolation = 'serializable'");
    EXPECT_EQ(error_of(ask()), "none");
    server().sql("alter role app reset default_transaction_isolation");
}

TEST_F(Rights, TheLedgerRefusesToDecideUnderASnapshotThatIsTooOld) {
    const auto decide = [&] {
        server().sql("begin isolation level repeatable read;"
                     " select headroom_fleet.adjust_v1(1, gen_random_uuid(), 1, 1, 1)", database);
    };
    EXPECT_THAT(decide, ::testing::ThrowsMessage<std::runtime_error>(HasSubstr("READ COMMITTED")));
}

}  // namespace
}  // namespace headroom::fleet
