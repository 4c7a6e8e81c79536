#include "command/env_reading.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "command/env_audit.hpp"

namespace headroom::command {
namespace {

using budget::colour;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

const catalogue& known() {
    static const auto one = read_catalogue(std::string(embedded_catalogue())).value();
    return one;
}

class EnvReading : public ::testing::Test {
protected:
    env_reading read(const std::string& text) {
        return read_environment({"web", "web.env", parse_dotenv(text)}, terms);
    }
    /// The only pool of a library, or an empty one.
    static env_pool pool(const env_reading& in, std::string_view library) {
        for (const auto& each : in.pools)
            if (each.open.package == library) return each;
        return {};
    }
    static std::vector<std::string> ids(const fleet::advice& says) {
        std::vector<std::string> all;
        for (const auto& each : says.findings) all.push_back(each.id);
        return all;
    }
    /// The pages of several files, judged against one limit of PostgreSQL.
    fleet::audit_page page(const std::vector<std::string>& files, budget::figure limit,
                           budget::multipliers times = {}) {
        std::vector<env_source> sources;
        for (const auto& each : files)
            sources.push_back({"s" + std::to_string(sources.size() + 1),
                               std::to_string(sources.size() + 1) + ".env", parse_dotenv(each)});
        const auto audit = audit_environment(sources, terms, times);
        return page_of(audit, {{"postgres", {limit, 3, "max_connections", "read"}},
                               {"redis", {10'000, 0, "maxclients", "read"}}});
    }
    env_terms terms{known(), {}, 0, false};
};

TEST_F(EnvReading, RecognisesALibraryByTheSchemeOfItsUrl) {
    const auto found = read("DATABASE_URL=postgresql+asyncpg://app:pw@db/orders\n");
    ASSERT_THAT(found.pools, SizeIs(1));
    EXPECT_EQ(pool(found, "sqlalchemy").open.max(), 15u);
    EXPECT_EQ(pool(found, "sqlalchemy").pool.from, "default");
    EXPECT_EQ(pool(found, "sqlalchemy").open.role, "app");
    EXPECT_EQ(pool(found, "sqlalchemy").target, "app@db:5432/orders");
}

TEST_F(EnvReading, TakesSizesFromSettingsAndSaysWhere) {
    const auto found = read(
        "DATABASE_URL=postgresql+psycopg2://app@db/x\n"
        "SQLALCHEMY_POOL_SIZE=3\nSQLALCHEMY_MAX_OVERFLOW=2\n");
    EXPECT_EQ(pool(found, "sqlalchemy").open.max(), 5u);
    EXPECT_EQ(pool(found, "sqlalchemy").pool.from, "web.env:2");
    EXPECT_EQ(pool(found, "sqlalchemy").overflow.from, "web.env:3");
    EXPECT_THAT(found.says.findings, IsEmpty());
}

TEST_F(EnvReading, TakesSizesFromParametersOfTheUrl) {
    const auto found = read("DATABASE_URL=postgresql://app@db/x?connection_limit=7\n");
    EXPECT_EQ(pool(found, "prisma").open.max(), 7u);
    EXPECT_EQ(pool(found, "prisma").pool.from, "connection_limit of DATABASE_URL in web.env:1");
}

TEST_F(EnvReading, MultipliesByWorkersUnlessTheCommandLineSaysThem) {
    const std::string file = "DATABASE_URL=postgresql+psycopg2://app@db/x\nWEB_CONCURRENCY=4\n";
    EXPECT_EQ(pool(read(file), "sqlalchemy").times, 4u);
    EXPECT_THAT(pool(read(file), "sqlalchemy").times_from, HasSubstr("WEB_CONCURRENCY=4"));
    terms.workers_said = true;
    EXPECT_EQ(pool(read(file), "sqlalchemy").times, 1u);
}

TEST_F(EnvReading, GuessesWhatFollowsTheProcessorsUntilSomebodySaysThem) {
    const std::string file = "DATABASE_URL=postgresql://app@db/x\nPRISMA_CLIENT_ENGINE_TYPE=x\n";
    EXPECT_EQ(pool(read(file), "prisma").open.max(), budget::figure{});
    EXPECT_EQ(pool(read(file), "prisma").open.estimate, 9u);
    terms.cpus = 8;
    EXPECT_EQ(pool(read(file), "prisma").open.max(), 17u);
}

TEST_F(EnvReading, FindsPoolsWithoutALimit) {
    const auto found = read("DATABASE_URL=postgres://app@db/x\nGORM_LOG=1\n");
    EXPECT_THAT(ids(found.says), Contains("HR-EN-UNBOUNDED"));
    EXPECT_EQ(pool(found, "gorm").open.max(), budget::figure{});
}

TEST_F(EnvReading, FindsAUrlThatNoKnownLibraryOpens) {
    const std::string file = "DATABASE_URL=postgres://app:s3cret@db/x\n";
    const auto found = read(file);
    EXPECT_THAT(ids(found.says), Contains("HR-EN-LIBRARY"));
    EXPECT_EQ(pool(found, "unknown").open.max(), budget::figure{});
    terms.libraries = {"node_postgres"};
    EXPECT_EQ(pool(read(file), "node_postgres").open.max(), 10u);
    EXPECT_THAT(ids(read(file).says), Not(Contains("HR-EN-LIBRARY")));
}

TEST_F(EnvReading, FindsASizeThatNothingReads) {
    const auto found = read("DATABASE_URL=postgres+asyncpg://app@db/x\nWORKER_POOL_SIZE=50\n");
    EXPECT_THAT(ids(found.says), Contains("HR-EN-UNREAD"));
}

TEST_F(EnvReading, FindsAUrlThatContradictsASetting) {
    const auto found =
        read("DATABASE_URL=postgres://app@db/x?pool=20\nDB_POOL=5\nRAILS_ENV=test\n");
    EXPECT_THAT(ids(found.says), Contains("HR-EN-CONTRADICTION"));
    EXPECT_EQ(pool(found, "activerecord").open.max(), 20u);
}

TEST_F(EnvReading, FindsLinesAndSizesThatCannotBeRead) {
    const auto found = read(
        "this is no line\nDATABASE_URL=postgres+asyncpg://app@db/x\n"
        "SQLALCHEMY_POOL_SIZE=s3cret\n");
    ASSERT_THAT(found.says.findings, Not(IsEmpty()));
    for (const auto& each : found.says.findings)
        EXPECT_THAT(each.what + each.evidence + each.subject, Not(HasSubstr("s3cret")));
    EXPECT_THAT(ids(found.says), Contains("HR-EN-FAULT").Times(2));
    EXPECT_EQ(pool(found, "sqlalchemy").open.max(), 15u) << "the default stands";
}

TEST_F(EnvReading, ReadsTheSeedsFileAsItsOneHundredAndFifteen) {
    const std::string seed =
        "DATABASE_URL=postgresql://app:pw@db/x\nMAX_PROJECTION_RUNNERS=4\n"
        "REDIS_URL=redis://cache/0\n";
    const auto red = page({seed}, 100);
    EXPECT_EQ(red.verdict.is, colour::red);
    EXPECT_THAT(red.verdict.reason, HasSubstr("peak 115 exceeds 97 usable by 18"));
    EXPECT_THAT(ids(red.says), Contains("HR-EN-SUM"));
    const auto smaller = seed + "POSTGRES_POOL_SIZE=1\nPOSTGRES_MAX_OVERFLOW=2\n";
    EXPECT_NE(page({smaller}, 100).verdict.is, colour::red) << "40 + 5 x 3 = 55";
}

TEST_F(EnvReading, CountsALibraryThatAnotherOneIsBuiltOnOnce) {
    const auto found =
        read("DATABASE_URL=postgresql+asyncpg://app@db/x\nMAX_PROJECTION_RUNNERS=1\n");
    EXPECT_EQ(pool(found, "sqlalchemy").times_from, "") << "the engines of praecepta are these";
    EXPECT_THAT(found.pools, SizeIs(4));
}

TEST_F(EnvReading, AddsServicesUpOverReplicas) {
    const std::string file = "DATABASE_URL=postgresql+asyncpg://app@db/x\n";
    budget::multipliers times;
    times.replicas = 3;
    const auto both = page({file, file}, 100, times);
    EXPECT_THAT(both.verdict.reason, HasSubstr("90")) << "2 x 3 x 15";
}

TEST_F(EnvReading, FindsACacheThatSharesItsDatabaseWithAQueue) {
    const std::string shared =
        "REDIS_URL=redis://cache/0\nREDIS_POOL_SIZE=10\nCELERY_BROKER_URL=redis://cache/0\n"
        "CELERY_BROKER_POOL_LIMIT=2\n";
    EXPECT_THAT(ids(page({shared}, 100).says), Contains("HR-EN-SHARED-REDIS"));
    auto apart = shared;
    apart.replace(apart.find("CELERY_BROKER_URL=redis://cache/0"), 33,
                  "CELERY_BROKER_URL=redis://cache/1");
    EXPECT_THAT(ids(page({apart}, 100).says), Not(Contains("HR-EN-SHARED-REDIS")));
}

TEST_F(EnvReading, FindsTwoServicesThatShareADatabaseAndItsKeys) {
    const std::string one = "REDIS_URL=redis://cache/0\nREDIS_MAX_CONNECTIONS=2\n";
    const auto shared = page({one, one}, 100).says;
    EXPECT_THAT(ids(shared), ::testing::ElementsAre("HR-EN-SHARED-KEYS"));
    EXPECT_EQ(shared.findings[0].subject, "cache:6379/0");
    EXPECT_EQ(shared.findings[0].what, "caches of services s1 and s2 share one database and no "
                                       "prefix keeps their keys apart");
    EXPECT_EQ(fleet::check_of("HR-EN-SHARED-KEYS"), "XC-R2");
    EXPECT_EQ(shared.fixes.at(0).action,
              "give s2 another database number, or a prefix of its own");
    const auto other_database = "REDIS_URL=redis://cache/1\nREDIS_MAX_CONNECTIONS=2\n";
    EXPECT_THAT(ids(page({one, other_database}, 100).says), IsEmpty());
}

TEST_F(EnvReading, APrefixKeepsTwoServicesApartUnlessItIsTheSame) {
    const std::string one = "REDIS_URL=redis://cache/0\nREDIS_MAX_CONNECTIONS=2\n";
    const auto with = [&](const char* prefix) { return one + "CACHE_KEY_PREFIX=" + prefix + "\n"; };
    EXPECT_THAT(ids(page({with("shop:"), with("blog:")}, 100).says), IsEmpty());
    EXPECT_THAT(ids(page({with("shop:"), one}, 100).says), IsEmpty());
    const auto same = page({with("hidden:"), with("hidden:")}, 100).says;
    ASSERT_THAT(ids(same), ::testing::ElementsAre("HR-EN-SHARED-KEYS"));
    EXPECT_EQ(same.findings[0].evidence,
              "the same prefix: CACHE_KEY_PREFIX in 1.env:3, CACHE_KEY_PREFIX in 2.env:3");
    EXPECT_THAT(same.findings[0].what + same.findings[0].evidence, Not(HasSubstr("hidden")));
}

TEST_F(EnvReading, FindsThePollerThatRunsBesideTheRunnersAndItsSeventyFive) {
    const std::string seed = "DATABASE_URL=postgresql://app:pw@db/x\nMAX_PROJECTION_RUNNERS=4\n";
    EXPECT_THAT(ids(page({seed}, 500).says), Not(Contains("HR-EN-POLLER")));
    const auto both = page({seed + "PROJECTION_POLLER_ENABLED=true\n"}, 500).says;
    ASSERT_THAT(ids(both), Contains("HR-EN-POLLER"));
    for (const auto& each : both.findings)
        if (each.id == "HR-EN-POLLER") {
            EXPECT_EQ(each.subject, "app@db:5432/x");
            EXPECT_EQ(each.units, 75u) << "four projections and one upstream, fifteen each";
            EXPECT_EQ(each.weight, fleet::severity::medium);
        }
    EXPECT_EQ(fleet::check_of("HR-EN-POLLER"), "XC-R6");
    EXPECT_EQ(both.fixes.at(0).effect, "190 becomes 115");
    EXPECT_THAT(ids(page({seed + "PROJECTION_POLLER_ENABLED=false\n"}, 500).says),
                Not(Contains("HR-EN-POLLER")));
    const auto alone = "DATABASE_URL=postgresql://app:pw@db/x\nMAX_PROJECTION_RUNNERS=0\n"
                       "PROJECTION_POLLER_ENABLED=true\n";
    EXPECT_THAT(ids(page({alone}, 500).says), Not(Contains("HR-EN-POLLER")));
}

TEST_F(EnvReading, AddsUpThreadsAndComparesThemWithTheLimitThatIsStated) {
    const env_source seed{"web", "web.env",
                          parse_dotenv("DATABASE_URL=postgresql://app:pw@db/x\n"
                                       "MAX_PROJECTION_RUNNERS=4\n")};
    const auto audit = audit_environment({seed}, terms, {});
    const auto threads = [&](budget::figure limit) {
        fleet::finding found;
        const auto shown = page_of(audit, {{"postgres", {500, 3, "", "read"}},
                                           {"threads", {limit, 0, "limit", "stated"}}});
        for (const auto& each : shown.says.findings)
            if (each.id == "HR-EN-THREADS") found = each;
        return found;
    };
    EXPECT_EQ(threads({}).what, "51 at the peak, and no limit was stated for them");
    EXPECT_EQ(threads({}).weight, fleet::severity::low);
    EXPECT_EQ(threads(50).weight, fleet::severity::high);
    EXPECT_EQ(threads(60).weight, fleet::severity::medium);
    EXPECT_EQ(threads(1'000).id, "");
    EXPECT_EQ(fleet::check_of("HR-EN-THREADS"), "XC-R3");
}

TEST_F(EnvReading, TellsServersApartByHost) {
    std::vector<env_reading> all{
        read("A_URL=postgres+asyncpg://a@db1/x\n"
             "B_URL=postgres+asyncpg://a@db2/x\n")};
    EXPECT_THAT(name_resources(all),
                ::testing::ElementsAre("postgres:db1:5432", "postgres:db2:5432"));
}

TEST_F(EnvReading, FindsNothingWhereEverythingIsSaid) {
    const auto clean = page({"DATABASE_URL=postgresql+asyncpg://app@db/x\nSQLALCHEMY_POOL_SIZE=5\n"
                             "SQLALCHEMY_MAX_OVERFLOW=5\nREDIS_URL=redis://cache/0\n"
                             "REDIS_MAX_CONNECTIONS=10\n"},
                            100);
    EXPECT_EQ(clean.verdict.is, colour::green);
    EXPECT_THAT(clean.says.findings, IsEmpty());
}

}  // namespace
}  // namespace headroom::command
