// The .env files we ship are read as they are, added up, and fit the servers their comments name.
#include <gtest/gtest.h>

#include <cstdio>

#include "headroom/budget/report.hpp"
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

TEST(Profiles, NameNoSecret) {
    for (const auto* name : {".env.dev", ".env.production"})
        for (const auto& each : parse_dotenv(text_of(name)).assignments)
            EXPECT_FALSE(each.name.contains("URL") || each.name.contains("PASSWORD")) << each.name;
}

}  // namespace
}  // namespace headroom
