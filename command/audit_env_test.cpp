// The audit of settings as an operator runs it, alone and beside a live server.
#include "command/audit_fixture.hpp"
#include "headroom/testing/private_postgres.hpp"

namespace headroom::command {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class AuditOfSettings : public audit_fixture {
protected:
    const std::string seed =
        "DATABASE_URL=postgresql+asyncpg://app:s3cret@db/orders\nMAX_PROJECTION_RUNNERS=4\n"
        "REDIS_URL=redis://:s3cret@cache:6379/0\nAPI_TOKEN=s3cret\n";
};

TEST_F(AuditOfSettings, AddsUpWhatALibraryOpensByDefault) {
    const auto answer = headroom_audit({"--env-file", file("web.env", seed)});
    EXPECT_EQ(answer.code, 0) << answer.errors;
    EXPECT_THAT(answer.output, HasSubstr("web.praecepta.projection_runners"));
    EXPECT_THAT(answer.output, HasSubstr("MAX_PROJECTION_RUNNERS=4"));
}

TEST_F(AuditOfSettings, NeverPrintsASecretInAnyForm) {
    for (const auto* format : {"table", "markdown", "json"}) {
        const auto answer =
            headroom_audit({"--env-file", file("web.env", seed), "--format", format});
        EXPECT_THAT(answer.output + answer.errors, Not(HasSubstr("s3cret"))) << format;
    }
}

TEST_F(AuditOfSettings, ComparesWithALiveServersLimit) {
    testing::private_postgres server({.settings = {{"max_connections", "20"}}});
    server.create_role("watch", "LOGIN IN ROLE pg_monitor");
    const auto answer = headroom_audit({"--env-file", file("web.env", seed), "--postgres",
                                        server.url("watch"), "--fail-on", "red", "--json"});
    EXPECT_EQ(answer.code, 1) << answer.errors;
    const auto pages = json::parse(answer.output).at("servers").as_array();
    ASSERT_EQ(pages.size(), 2u);
    EXPECT_EQ(pages[0].at("kind"), "PostgreSQL");
    EXPECT_EQ(pages[0].at("verdict"), "RED");
    EXPECT_EQ(pages[1].at("kind"), "Settings");
    EXPECT_THAT(std::string(pages[1].at("reason").as_string()), HasSubstr("exceeds 17 usable"));
}

TEST_F(AuditOfSettings, SaysWhatContradictsTheManifest) {
    const auto manifest = file("plan.yaml",
                               "resources: {postgres: {limit: 100, reserved: 3}}\nconsumers:\n"
                               "  - {name: a, resource: postgres, pool: 2, settings: "
                               "[SQLALCHEMY_POOL_SIZE]}\n");
    const auto env = file("web.env",
                          "DATABASE_URL=postgresql+asyncpg://app@db/x\n"
                          "SQLALCHEMY_POOL_SIZE=9\n");
    const auto answer = headroom_audit({"--env-file", env, "--manifest", manifest});
    EXPECT_THAT(answer.output, HasSubstr("HR-EN-CONTRADICTION"));
    EXPECT_THAT(answer.output, HasSubstr("the manifest says 2 for a, the file 9"));
}

TEST_F(AuditOfSettings, TakesACatalogueOfTheOperators) {
    const auto more = file("more.yaml",
                           "pools:\n  - {name: ours, resource: postgres, pool: 7, source: here, "
                           "schemes: [postgresql+ours]}\n");
    const auto env = file("web.env", "DATABASE_URL=postgresql+ours://app@db/x\n");
    EXPECT_THAT(headroom_audit({"--env-file", env, "--catalogue", more}).output,
                HasSubstr("web.ours"));
    const auto broken = headroom_audit({"--env-file", env, "--catalogue", env});
    EXPECT_EQ(broken.code, 65);
}

TEST_F(AuditOfSettings, ReportsTheOtherFilesWhenOneCannotBeRead) {
    const auto answer = headroom_audit(
        {"--env-file", folder.file("absent.env"), "--env-file", file("web.env", seed)});
    EXPECT_EQ(answer.code, 65);
    EXPECT_THAT(answer.errors, HasSubstr("absent.env: cannot be opened"));
    EXPECT_THAT(answer.output, HasSubstr("web.praecepta.async_engine"));
}

TEST_F(AuditOfSettings, WritesTheSectionsOfAResourceAudit) {
    const auto answer =
        headroom_audit({"--env-file", file("web.env", seed), "--format", "markdown"});
    std::size_t at = 0;
    for (const auto* each : {"# Settings", "## PostgreSQL Connections", "## Redis Connections",
                             "## Total Budget Summary", "## Findings"}) {
        at = answer.output.find(each, at);
        ASSERT_NE(at, std::string::npos) << each << " in its order";
    }
}

TEST_F(AuditOfSettings, RefusesALibraryThatTheCatalogueDoesNotKnow) {
    const auto answer =
        headroom_audit({"--env-file", file("web.env", seed), "--library", "sqlalchmy"});
    EXPECT_EQ(answer.code, 64);
    EXPECT_THAT(answer.errors, HasSubstr("did you mean sqlalchemy?"));
}

}  // namespace
}  // namespace headroom::command
