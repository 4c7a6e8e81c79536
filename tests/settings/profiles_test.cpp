// The .env files we ship are read as they are, added up, and fit the servers their comments name.
#include <gtest/gtest.h>

#include <cstdio>

#include "headroom/budget/report.hpp"
#include "headroom/testing/temp_directory.hpp"
#include "service/blueprint.hpp"

namespace headroom {
namespace {

struct server {
    unsigned max_connections = 0, reserved = 0, replicas = 0, surge = 0;
};

std::string text_of(const std::string& name) {
    const auto file = read_bounded(std::string(HEADROOM_ROOT) + "/" + name, dotenv_bytes_max);
    EXPECT_EQ(file.problem, "") << name;
    return file.text;
}

// The comment "planned for: ..." of a file.
server server_of(const std::string& text) {
    server of;
    const auto at = text.find("planned for: ");
    EXPECT_NE(at, std::string::npos);
    const auto* form = "planned for: max_connections %u, reserved %u, replicas %u, surge %u";
    EXPECT_EQ(std::sscanf(text.c_str() + at, form, &of.max_connections, &of.reserved, &of.replicas,
                          &of.surge),
              4);
    return of;
}

/// What the service itself would plan, with the replicas and the deploy the comment names.
budget::judged planned(const service::settings& with, const server& on) {
    budget::book book;
    EXPECT_TRUE(service::declare(book, with, service::duty::serve, {}));
    book.learn("postgres", on.max_connections, on.reserved);
    auto plan = book.planned();
    plan.times = {1, on.replicas, {on.surge, false}, 0};
    return budget::make_report(plan).resources.front();
}

service::settings read(const std::string& name, profile as) {
    environment from(as);
    if (as == profile::production)
        from.add("DATABASE_URL", "postgresql://app:k8Zw-1@db.example/app", "test");
    from.add(parse_dotenv(text_of(name)), name);
    auto all = service::read_settings(from);
    EXPECT_TRUE(all) << to_string(all.error());
    return all.value_or(service::settings{});
}

TEST(Profiles, DevelopmentStaysWithinFifteenConnections) {
    const auto on = server_of(text_of(".env.dev"));
    const auto sum = planned(read(".env.dev", profile::dev), on);
    EXPECT_LE(sum.all.sum.value(), 15U);
    EXPECT_EQ(budget::to_string(sum.is.is), "GREEN") << sum.is.reason;
}

TEST(Profiles, ProductionFitsItsServerWhileADeployRolls) {
    const auto on = server_of(text_of(".env.production"));
    const auto sum = planned(read(".env.production", profile::production), on);
    EXPECT_EQ(sum.all.sum, 17U * on.replicas);
    EXPECT_EQ(sum.all.peak, 17U * (on.replicas + on.surge) + 1);
    EXPECT_EQ(budget::to_string(sum.is.is), "GREEN") << sum.is.reason;
}

TEST(Profiles, ProductionNeedsToBeToldItsDatabase) {
    environment from(profile::production);
    from.add(parse_dotenv(text_of(".env.production")), ".env.production");
    EXPECT_EQ(to_string(service::read_settings(from).error()),
              "DATABASE_URL: must be set in production; DATABASE_URL_FILE keeps it secret\n"
              "DATABASE_PASSWORD: the password is one that everybody tries first\n");
}

TEST(Profiles, AProxyThatIsNoneIsReportedWithTheSettings) {
    environment from(profile::dev);
    from.add("DATABASE_URL", "postgresql://app@/app", "test");
    from.add("all_proxy", "socks5://joe:canary@one:1", "test");
    const auto all = service::read_settings(from);
    ASSERT_FALSE(all);
    EXPECT_EQ(to_string(all.error()),
              "all_proxy (test): the URL's scheme is neither https nor http; "
              "a proxy is http://HOST:PORT\n");
}

/// What a start is told when there is one more variable, beside settings that are good.
std::string told_of(const std::string& name, const std::string& value, profile as = profile::dev) {
    const bool production = as == profile::production;
    environment from(as);
    from.add("DATABASE_URL",
             production ? "postgresql://app:k8Zw-1@db.example/app" : "postgresql://app@/app",
             "test");
    from.add(name, value, "test");
    if (production) from.add(parse_dotenv(text_of(".env.production")), ".env.production");
    const auto all = service::read_settings(from);
    return all ? "" : to_string(all.error());
}

TEST(Profiles, AProxyThatIsNoneIsNamedWithoutItsPassword) {
    for (const std::string name :
         {"http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})
        for (const auto* value : {"socks5://joe:canary@one:1", "http://joe:canary@one:99999",
                                  "joe:canary 1@one:1"}) {
            const auto told = told_of(name, value);
            EXPECT_TRUE(told.starts_with(name + " (test): the URL")) << value << ": " << told;
            EXPECT_TRUE(told.ends_with("; a proxy is http://HOST:PORT\n")) << told;
            EXPECT_FALSE(told.contains("canary")) << told;
        }
    EXPECT_EQ(told_of("https_proxy", "http://joe:canary@one:1"), "");
    EXPECT_EQ(told_of("HTTP_PROXY", "socks5://one:1"), "") << "which is not read";
}

TEST(Profiles, AFileOfAProxyThatIsNotThereIsNamed) {
    for (const std::string name :
         {"http_proxy_FILE", "https_proxy_FILE", "HTTPS_PROXY_FILE", "all_proxy_FILE",
          "ALL_PROXY_FILE", "no_proxy_FILE", "NO_PROXY_FILE"}) {
        const auto told = told_of(name, "/nowhere/proxy");
        EXPECT_TRUE(told.starts_with(name + " (test): No such file or directory\n")) << told;
    }
}

TEST(Profiles, AFileOfAProxyIsReadAsItsVariableAndNotShown) {
    const testing::temp_directory in;
    const auto good = in.write("good", "http://joe:canary@one:1\n"),
               bad = in.write("bad", "socks5://joe:canary@one:1\n");
    for (const auto& each : {good, bad})
        std::filesystem::permissions(each, std::filesystem::perms(0600));
    EXPECT_EQ(told_of("https_proxy_FILE", good, profile::production), "");
    const auto none = told_of("https_proxy_FILE", bad);
    EXPECT_TRUE(none.starts_with("https_proxy")) << none;
    EXPECT_TRUE(none.contains("the URL's scheme is neither https nor http")) << none;
    EXPECT_FALSE(none.contains("canary")) << none;
    std::filesystem::permissions(good, std::filesystem::perms(0644));
    const auto open = told_of("https_proxy_FILE", good, profile::production);
    EXPECT_TRUE(open.starts_with("https_proxy_FILE (test): everybody")) << open;
    EXPECT_FALSE(open.contains("canary")) << open;
}

TEST(Profiles, NameNoSecret) {
    for (const auto* name : {".env.dev", ".env.production"})
        for (const auto& each : parse_dotenv(text_of(name)).assignments)
            EXPECT_FALSE(each.name.contains("URL") || each.name.contains("PASSWORD")) << each.name;
}

// Names and values of a deployment of the Python stack, beside whatever else its file holds.
constexpr char existing_deployment[] = R"(
ENVIRONMENT=development
APP_TITLE="Shop API"
DEBUG=false
CORS_ALLOW_ORIGINS=["https://shop.example"]
DATABASE_URL=postgresql://app:pw@localhost:5432/app
DATABASE_HOST=localhost
DATABASE_PORT=5432
DATABASE_USER=app
DATABASE_PASSWORD=pw
DATABASE_NAME=app
DATABASE_ASYNC_POOL_SIZE=20
DATABASE_ASYNC_MAX_OVERFLOW=10
DATABASE_SYNC_POOL_SIZE=5
DATABASE_SYNC_MAX_OVERFLOW=5
DATABASE_POOL_TIMEOUT=30
DATABASE_POOL_RECYCLE=3600
DATABASE_ECHO=false
PERSISTENCE_MODULE=eventsourcing_postgres
POSTGRES_DBNAME=app
POSTGRES_USER=app
POSTGRES_PASSWORD=pw
POSTGRES_HOST=localhost
POSTGRES_PORT=5432
POSTGRES_SCHEMA=public
POSTGRES_POOL_SIZE=5
POSTGRES_MAX_OVERFLOW=10
POSTGRES_CONN_MAX_AGE=600
POSTGRES_CONNECT_TIMEOUT=30
POSTGRES_IDLE_IN_TRANSACTION_SESSION_TIMEOUT=5
POSTGRES_LOCK_TIMEOUT=5
POSTGRES_PROJECTION_POOL_SIZE=2
POSTGRES_PROJECTION_MAX_OVERFLOW=3
POSTGRES_PRE_PING=false
POSTGRES_SINGLE_ROW_TRACKING=true
POSTGRES_MAX_CONNECTIONS=100
CREATE_TABLE=true
MAX_PROJECTION_RUNNERS=8
REDIS_URL=redis://localhost:6379/0
REDIS_POOL_SIZE=10
REDIS_SOCKET_TIMEOUT=5.0
REDIS_SOCKET_CONNECT_TIMEOUT=5.0
TASKIQ_REDIS_URL=redis://localhost:6379/1
TASKIQ_RESULT_TTL=3600
TASKIQ_STREAM_PREFIX=taskiq
AUTH_ISSUER=https://id.example
AUTH_JWKS_CACHE_TTL=300
LOG_LEVEL=INFO
OTEL_SERVICE_NAME=shop
OTEL_EXPORTER_TYPE=none
)";

TEST(Profiles, AnExistingDeploymentsFileIsReadWhole) {
    environment from(profile::dev);
    from.add(parse_dotenv(existing_deployment), ".env");
    const auto all = service::read_settings(from);
    ASSERT_TRUE(all) << to_string(all.error());
    EXPECT_EQ(all->database.async, (persistence::async_split{4, 16}));
    EXPECT_EQ(all->database.async_overflow, 10U);
    EXPECT_EQ(all->events.pool, 5U);
    EXPECT_EQ(all->events.overflow, 10U);
    EXPECT_EQ(all->events.runners_max, 8U);
}

}  // namespace
}  // namespace headroom
