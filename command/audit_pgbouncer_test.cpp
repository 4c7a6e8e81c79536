// The audit of PgBouncer as an operator runs it, a real one before a real server.
#include <fmt/format.h>

#include <algorithm>

#include "command/audit_fixture.hpp"
#include "headroom/persistence/visit.hpp"
#include "headroom/runtime/deadline.hpp"
#include "headroom/testing/private_pgbouncer.hpp"

namespace headroom::command {
namespace {

using namespace std::chrono_literals;
using headroom::testing::private_pgbouncer;
using headroom::testing::private_postgres;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

private_postgres& server_behind() {
    static private_postgres one({.settings = {{"max_connections", "20"},
                                              {"tcp_keepalives_idle", "60"},
                                              {"client_connection_check_interval", "1000"}}});
    static const bool prepared = [] {
        one.create_role("app");
        one.create_role("watch", "LOGIN IN ROLE pg_monitor");
        return true;
    }();
    (void)prepared;
    return one;
}

class AuditOfPgBouncer : public audit_fixture {
protected:
    /// A client that has used a pool of the database and gone.
    static void use(const private_pgbouncer& pooler) {
        const auto at = persistence::parse_connect_info(pooler.url("app", "postgres")).value();
        persistence::visit(
            {at, "test", "web"}, [](persistence::connection&) -> task<void> { co_return; },
            deadline::after(10s));
    }
    static json::object page_of_kind(const json::object& all, std::string_view kind) {
        for (const auto& each : all.at("servers").as_array())
            if (each.at("kind").as_string() == kind) return each.as_object();
        return {};
    }
};

TEST_F(AuditOfPgBouncer, FindsNothingOnAPoolerInOrder) {
    private_pgbouncer pooler(
        server_behind(),
        {{"default_pool_size", "5"}, {"pool_mode", "session"}, {"stats_users", "postgres"}});
    use(pooler);
    const auto all = report({"--pgbouncer", pooler.url("postgres", "pgbouncer"), "--postgres",
                             server_behind().url("watch")});
    const auto found = page_of_kind(all, "PgBouncer");
    ASSERT_TRUE(found.at("error").is_null()) << json::serialize(found);
    EXPECT_EQ(found.at("verdict"), "GREEN") << json::serialize(found);
    EXPECT_THAT(found.at("findings").as_array(), IsEmpty());
    EXPECT_EQ(found.at("live"), 0) << "its own connection is in none of the figures";
    EXPECT_EQ(found.at("usable"), 1000);
}

TEST_F(AuditOfPgBouncer, FindsMoreServersThanThereAre) {
    private_pgbouncer pooler(
        server_behind(),
        {{"default_pool_size", "30"}, {"reserve_pool_size", "5"}, {"stats_users", "postgres"}});
    use(pooler);
    const auto all = report({"--postgres", server_behind().url("watch"), "--pgbouncer",
                             pooler.url("postgres", "postgres")});
    const auto found = page_of_kind(all, "PgBouncer");
    EXPECT_EQ(found.at("verdict"), "RED") << json::serialize(found);
    EXPECT_EQ(units(found, "HR-PB-SERVERS"), 53) << "2 x 35 of 17: auth_user has a pool too";
    EXPECT_EQ(finding(found, "HR-PB-SERVERS").at("checklist"), "XC-R1");
    EXPECT_THAT(ids(found), Contains("HR-PB-MODE"));
    EXPECT_EQ(page_of_kind(all, "PostgreSQL").at("error"), nullptr);
}

TEST_F(AuditOfPgBouncer, SaysInOneLineWhyAConsoleCouldNotBeAudited) {
    private_pgbouncer pooler(server_behind());
    auto url = pooler.url("app", "pgbouncer");
    url.replace(url.find("app@"), 4, "app:s3cret@");
    const auto stranger = headroom_audit({"--pgbouncer", url, "--timeout", "500ms"});
    EXPECT_EQ(std::ranges::count(stranger.errors, '\n'), 1) << stranger.errors;
    EXPECT_NE(stranger.code, 0) << stranger.output;
    EXPECT_THAT(stranger.output + stranger.errors, Not(HasSubstr("s3cret")));
    const auto absent =
        headroom_audit({"--pgbouncer", "postgresql://a:s3cret@127.0.0.1:1/pgbouncer"});
    EXPECT_EQ(absent.code, 75);
    EXPECT_THAT(absent.output + absent.errors, Not(HasSubstr("s3cret")));
    const auto no_pooler = headroom_audit({"--pgbouncer", server_behind().url("app")});
    EXPECT_EQ(no_pooler.code, 78) << no_pooler.errors;
}

TEST_F(AuditOfPgBouncer, KeepsToItsTimeoutWhenThePoolerIsSilent) {
    private_pgbouncer pooler(server_behind());
    pooler.freeze();
    const auto begun = deadline::clock::now();
    const auto answer =
        headroom_audit({"--pgbouncer", pooler.url("app", "pgbouncer"), "--timeout", "300ms"});
    pooler.thaw();
    EXPECT_EQ(answer.code, 75);
    EXPECT_LT(deadline::clock::now() - begun, 3s);
}

}  // namespace
}  // namespace headroom::command
