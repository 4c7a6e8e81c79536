#include "headroom/runtime/settings.hpp"

#include <gtest/gtest.h>

namespace headroom {
namespace {

using std::chrono::seconds;

struct outcome {
    runtime_settings settings;
    std::string faults;
};

outcome read(std::vector<std::pair<std::string, std::string>> values, profile as = profile::dev) {
    environment from(as);
    for (auto& [name, value] : values) from.add(name, value, "test");
    setting_reader reader(from);
    outcome made{read_runtime_settings(reader), ""};
    if (const auto sealed = reader.seal(); !sealed) made.faults = to_string(sealed.error());
    return made;
}

TEST(RuntimeSettings, HaveTheDocumentedDefaults) {
    const auto [settings, faults] = read({});
    EXPECT_EQ(faults, "");
    EXPECT_EQ(settings.system, "headroom");
    EXPECT_EQ(settings.policy, budget_policy::refuse);
    EXPECT_EQ(settings.postgres_reserve, 3U);
    EXPECT_FALSE(settings.postgres_ceiling);
    EXPECT_EQ(settings.reactors + settings.system_threads + settings.blocking_threads, 5U);
    EXPECT_EQ(settings.start_timeout, seconds(60));
    EXPECT_EQ(settings.drain_timeout, seconds(25));
}

TEST(RuntimeSettings, CanAllBeSet) {
    const auto [settings, faults] = read({{"HEADROOM_SYSTEM", "orders-eu"},
                                          {"HEADROOM_BUDGET_POLICY", "clamp"},
                                          {"HEADROOM_BUDGET_POSTGRES", "12"},
                                          {"HEADROOM_RESERVE_POSTGRES", "0"},
                                          {"HEADROOM_REACTORS", "4"},
                                          {"HEADROOM_SYSTEM_THREADS", "1"},
                                          {"HEADROOM_BLOCKING_THREADS", "8"},
                                          {"HEADROOM_START_TIMEOUT", "5 min"},
                                          {"HEADROOM_DRAIN_TIMEOUT", "0"},
                                          {"HEADROOM_PROFILE", "test"}},
                                         profile::test);
    EXPECT_EQ(faults, "");
    EXPECT_EQ(settings.profile, profile::test);
    EXPECT_EQ(settings.system, "orders-eu");
    EXPECT_EQ(settings.policy, budget_policy::clamp);
    EXPECT_EQ(settings.postgres_ceiling, 12U);
    EXPECT_EQ(settings.postgres_reserve, 0U);
    EXPECT_EQ(settings.reactors, 4U);
    EXPECT_EQ(settings.start_timeout, seconds(300));
    EXPECT_EQ(settings.drain_timeout, seconds(0));
}

TEST(RuntimeSettings, NameEachBound) {
    for (const auto& [name, value] : {std::pair("HEADROOM_SYSTEM", "thirteen-long"),
                                      {"HEADROOM_SYSTEM", "a/b"},
                                      {"HEADROOM_BUDGET_POLICY", "hope"},
                                      {"HEADROOM_BUDGET_POSTGRES", "0"},
                                      {"HEADROOM_RESERVE_POSTGRES", "10001"},
                                      {"HEADROOM_REACTORS", "65"},
                                      {"HEADROOM_SYSTEM_THREADS", "0"},
                                      {"HEADROOM_BLOCKING_THREADS", "65"},
                                      {"HEADROOM_START_TIMEOUT", "0"},
                                      {"HEADROOM_DRAIN_TIMEOUT", "11 min"},
                                      {"HEADROOM_PROFILE", "prod"}}) {
        const auto faults = read({{name, value}}).faults;
        EXPECT_EQ(faults.find(std::string(name) + "=" + value + " (test): must be "), 0U) << faults;
    }
}

}  // namespace
}  // namespace headroom
