// The service works through a PgBouncer that was configured from its own plan.
#include <algorithm>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_pgbouncer.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

constexpr unsigned servers_for_queries = 9;  // five floors, three of the reserve, a migration
constexpr unsigned direct_most = 7;          // four floors, three of the reserve

class GeneratedPooler : public ::testing::Test {
protected:
    void SetUp() override {
        database_.migrate();
        const auto users = in_.write("users.txt", "\"app\" \"\"\n");
        const auto made = testing::run_program(
            {.arguments = {HEADROOM_COMMAND, "generate", "pgbouncer",
                           HEADROOM_ROOT "/examples/plans/headroom.yaml",
                           "--direct", "persistence.control", "--direct", "eventsourcing.feed",
                           "--direct", "eventsourcing.writers",
                           "--direct", "eventsourcing.catch_up", "--direct", "fleet.ledger",
                           "--host", database_.server().socket_directory(),
                           "--port", std::to_string(database_.server().port()),
                           "--database", database_.name(), "--listen-port", std::to_string(port_),
                           "--socket-dir", in_.path(), "--auth-type", "trust",
                           "--auth-file", users}});
        ASSERT_EQ(made.code, 0) << made.errors;
        in_.write("pgbouncer.ini", made.output);
        testing::give_to(testing::server_user(), in_.path());
        pooler_.start({.arguments = {testing::find_server("pgbouncer", "HEADROOM_PGBOUNCER_BIN"),
                                     in_.file("pgbouncer.ini")}},
                      [this] { return pooler_.log().contains("process up"); });
    }
    void TearDown() override { pooler_.stop(SIGTERM); }

    variables two_routes() const {
        return database_.through("postgresql://app@/" + database_.name() +
                                 "?host=" + in_.path().string() +
                                 "&port=" + std::to_string(port_));
    }

    served_database database_;
    const testing::temp_directory in_;
    const unsigned short port_ = testing::free_port();
    testing::server_process pooler_{in_, "pgbouncer"};
};

TEST_F(GeneratedPooler, ServesWithinBothOfItsLedgers) {
    running_service service(two_routes());
    ASSERT_TRUE(service.ready()) << service.errors();
    load busy(service, 16);
    served_database::app_backends most;
    EXPECT_TRUE(testing::eventually([&] {
        const auto now = database_.backends();
        most = {std::max(most.pooled, now.pooled), std::max(most.direct, now.direct)};
        return busy.good() > 400;
    })) << busy.first_wrong();
    busy.stop();
    EXPECT_EQ(busy.wrong() + busy.broken() + busy.unavailable(), 0U) << busy.first_wrong();
    EXPECT_GE(most.pooled, 1U);
    EXPECT_LE(most.pooled, servers_for_queries);
    EXPECT_LE(most.direct, direct_most);
}

}  // namespace
}  // namespace headroom::service
