#include "command/manifest.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "command/tree_checks.hpp"

namespace headroom::command {
namespace {

using strings = std::vector<std::string>;

std::vector<fault> faults_of(const std::string& text) {
    auto read = read_manifest(text);
    return read ? std::vector<fault>{} : read.error();
}

/// "line: key: what" of every fault.
strings lines_of(const std::string& text) {
    strings lines;
    for (const auto& each : faults_of(text))
        lines.push_back(fmt::format("{}: {}: {}", each.line, each.key, each.what));
    return lines;
}

/// The faults of one consumer with these keys, on a resource `postgres`.
strings of_consumer(const std::string& keys) {
    return lines_of("resources: {postgres: {limit: 100}}\nconsumers:\n  - {" + keys + "}\n");
}
/// ... of a sound one with one more key.
strings with(const std::string& key) {
    return of_consumer("name: a, resource: postgres, pool: 1, " + key);
}

budget::consumer only_consumer(const std::string& keys) {
    const auto read = read_manifest("resources: {postgres: {}}\nconsumers: [{" + keys + "}]\n");
    return read.value().of.consumers.at(0);
}

TEST(Manifest, ReadsEveryKey) {
    const auto read = read_manifest(R"(
title: Ours
resources: {"postgres:main": {limit: 100, reserved: 3, reserve: 2, reserve_setting: RESERVE},
            redis: {}, http: {limit: null}}
consumers:
  - {name: web.engine, package: backend, resource: "postgres:main", pool: 5, overflow: 10,
     instances: 4, per: replica, phase: start, settings: [POOL, OVERFLOW], role: app,
     application_name: "web/*", minimum: 2}
)");
    const auto& plan = read.value().of;
    EXPECT_EQ(read->title, "Ours");
    EXPECT_EQ(plan.resources[0].usable(), 97u);
    EXPECT_EQ(plan.resources[0].reserve, 2u);
    EXPECT_EQ(plan.resources[1].limit, budget::figure{});
    EXPECT_EQ(plan.resources[2].limit, budget::figure{}) << "null is a limit nobody knows";
    const auto& engine = plan.consumers[0];
    EXPECT_EQ(plan.resources[0].reserve_setting, "RESERVE");
    EXPECT_EQ(engine.package, "backend");
    EXPECT_EQ(engine.minimum, 2u);
    EXPECT_EQ(engine.max(), 15u);
    EXPECT_EQ(engine.instances, 4u);
    EXPECT_EQ(engine.per, budget::multiplicity::replica);
    EXPECT_EQ(engine.when, budget::phase::start);
    EXPECT_EQ(engine.settings, (strings{"POOL", "OVERFLOW"}));
    EXPECT_EQ(engine.role, "app");
    EXPECT_EQ(engine.application_name, "web/*");
}

TEST(Manifest, TakesAMissingPoolForALibrarysDefault) {
    const auto library = only_consumer("name: a, resource: postgres, estimate: 10");
    EXPECT_EQ(library.pool, budget::figure{});
    EXPECT_EQ(library.max(), budget::figure{});
    EXPECT_EQ(library.estimate, 10u);
}

TEST(Manifest, ReadsEveryKindOfOverflow) {
    using enum budget::overflow_kind;
    const auto kind = [](const std::string& value) {
        return only_consumer("name: a, resource: postgres, pool: 1, overflow: " + value)
            .overflow.kind;
    };
    EXPECT_EQ(kind("5"), fixed);
    EXPECT_EQ(kind("shared"), shared);
    EXPECT_EQ(kind("unbounded"), unbounded);
}

TEST(Manifest, TakesThePackageFromTheName) {
    EXPECT_EQ(only_consumer("name: web.engine, resource: postgres").package, "web");
    EXPECT_EQ(only_consumer("name: web, resource: postgres").package, "");
}

TEST(Manifest, KnowsThatNothingChangesAHardcodedSize) {
    EXPECT_TRUE(only_consumer("name: a, resource: postgres, settings: hardcoded").hardcoded);
}

TEST(ManifestFault, NamesLineKeyValueAndBound) {
    EXPECT_EQ(with("overflow: -5"),
              strings{"3: consumers[0].overflow: must not be negative ('-5', 0 to 1000000), or "
                      "shared, or unbounded"});
    EXPECT_EQ(with("instances: 2.5"),
              strings{"3: consumers[0].instances: must be a whole number ('2.5', 0 to 10000)"});
    EXPECT_EQ(with("instances: 10001"),
              strings{"3: consumers[0].instances: is out of bounds ('10001', 0 to 10000)"});
    EXPECT_EQ(with("instances: 99999999999999999999"),
              strings{"3: consumers[0].instances: is out of bounds ('99999999999999999999', 0 to "
                      "10000)"});
    EXPECT_EQ(with("instances: many"),
              strings{"3: consumers[0].instances: is not a number ('many', 0 to 10000)"});
    EXPECT_EQ(with("instances: 010"),
              strings{"3: consumers[0].instances: must be written without leading zeros ('010', 0 "
                      "to 10000)"});
}

TEST(ManifestFault, AcceptsAFigureUpToItsBound) {
    EXPECT_EQ(with("overflow: 1000000"), strings{});
    EXPECT_EQ(with("overflow: 1000001").size(), 1u);
    EXPECT_EQ(with("instances: 10000"), strings{});
}

TEST(ManifestFault, SuggestsTheKeyOrWordThatWasMeant) {
    EXPECT_EQ(with("overfow: 1"),
              strings{"3: consumers[0]: unknown key 'overfow' (did you mean overflow?)"});
    EXPECT_EQ(with("per: proces"),
              strings{"3: consumers[0].per: is none of process, replica, deployment (did you mean "
                      "process?) ('proces')"});
    EXPECT_EQ(of_consumer("name: a, resource: postgre"),
              strings{"3: consumers[0].resource: no resource is called 'postgre' (did you mean "
                      "postgres?)"});
}

TEST(ManifestFault, FindsKeysAndNamesThatStandTwice) {
    EXPECT_EQ(with("pool: 2"),
              strings{"3: consumers[0]: key 'pool' stands twice, first in line 3"});
    EXPECT_EQ(lines_of("resources: {a: {}}\nconsumers:\n  - {name: x, resource: a}\n"
                       "  - {name: x, resource: a}\n"),
              strings{"4: consumers[1].name: 'x' is declared twice"});
    EXPECT_EQ(lines_of("resources:\n  a: {}\n  a: {}\nconsumers: []\n"),
              strings{"3: resources: key 'a' stands twice, first in line 2"});
}

TEST(ManifestFault, FindsWhatIsMissing) {
    EXPECT_EQ(of_consumer("pool: 1"), (strings{"3: consumers[0].name: is missing",
                                               "3: consumers[0].resource: is missing"}));
    EXPECT_EQ(lines_of("title: x\n"),
              (strings{"1: consumers: is missing", "1: resources: is missing"}));
}

TEST(ManifestFault, FindsAValueOfTheWrongKind) {
    EXPECT_EQ(lines_of("- a\n"), strings{"1: manifest: must be a map of keys, and is a list"});
    EXPECT_EQ(with("instances: [1]"),
              strings{"3: consumers[0].instances: must be a single value, and is a list"});
    EXPECT_EQ(with("estimate:"),
              strings{"3: consumers[0].estimate: must be a single value, and is nothing"});
    EXPECT_EQ(with("settings: yes"),
              strings{"3: consumers[0].settings: must be a list of names, or hardcoded"});
}

TEST(ManifestFault, FindsAnEstimateThatNothingReads) {
    EXPECT_EQ(with("estimate: 3"),
              strings{"3: consumers[0].estimate: is read by nothing: pool and overflow are known"});
}

TEST(ManifestFault, FindsMoreReservedThanThereIs) {
    EXPECT_EQ(lines_of("resources: {a: {limit: 2, reserved: 3}}\nconsumers: []\n"),
              strings{"1: resources.a.reserved: is more than the limit (3, at most 2)"});
}

TEST(ManifestFault, FindsAMinimumThatThePoolDoesNotReach) {
    EXPECT_EQ(with("minimum: 2"),
              strings{"3: consumers[0].minimum: is more than the pool (2, at most 1)"});
    EXPECT_EQ(with("minimum: 0"), strings{});
}

TEST(ManifestFault, FindsAReserveSettingThatNoOptionCouldName) {
    EXPECT_EQ(lines_of("resources: {a: {reserve_setting: x.y}}\nconsumers: []\n"),
              strings{"1: resources.a.reserve_setting: holds a dot ('x.y')"});
}

TEST(ManifestFault, BoundsNamesAndNumbersOfThings) {
    EXPECT_EQ(of_consumer("resource: postgres, name: " + std::string(65, 'a')),
              strings{"3: consumers[0].name: is too long (65 characters, at most 64)"});
    EXPECT_EQ(of_consumer("resource: postgres, name: \"a b\"").size(), 1u);
    EXPECT_EQ(with("settings: [A, B, C]"),
              strings{"3: consumers[0].settings: has 3 entries, at most 2 are read"});
    std::string many = "resources: {a: {}}\nconsumers:\n";
    for (std::size_t i = 0; i <= consumers_max; ++i)
        many += fmt::format("- {{name: c{}, resource: a}}\n", i);
    EXPECT_EQ(lines_of(many), strings{"3: consumers: has 1001 entries, at most 1000 are read"});
}

TEST(ManifestFault, PrintsNoControlCharacterOfAStranger) {
    const auto faults =
        faults_of("resources: {a: {}}\nconsumers: [{name: \"\\e[31m\", resource: a}]\n");
    ASSERT_EQ(faults.size(), 1u);
    EXPECT_EQ(faults[0].what.find('\x1B'), std::string::npos);
    const auto in_key = faults_of("resources: {\"\\e[31m\": {limit: x}}\nconsumers: []\n");
    ASSERT_EQ(in_key.size(), 2u);
    EXPECT_EQ(in_key[1].key, "resources.?[31m.limit");
    for (const char* title : {"a\\nb", "\\x9b31m", "\\e", "\\ud800"})
        EXPECT_FALSE(
            faults_of(fmt::format("title: \"{}\"\nresources: {{}}\nconsumers: []\n", title))
                .empty())
            << title;
    EXPECT_EQ(lines_of("title: \"\\u00fc\"\nresources: {}\nconsumers: []\n"), strings{});
}

TEST(ManifestFault, ReportsAllAtOnceInTheOrderOfTheirLines) {
    const auto lines = lines_of(R"(titel: x
resources:
  postgres: {limit: -1}
consumers:
  - {name: a, resource: postgres, pool: x}
  - {name: a, resource: redis}
)");
    EXPECT_EQ(lines,
              (strings{"1: manifest: unknown key 'titel' (did you mean title?)",
                       "3: resources.postgres.limit: must not be negative ('-1', 0 to 1000000)",
                       "5: consumers[0].pool: is not a number ('x', 0 to 1000000)",
                       "6: consumers[1].name: 'a' is declared twice",
                       "6: consumers[1].resource: no resource is called 'redis'"}));
}

TEST(ManifestFault, ReportsABoundedNumber) {
    std::string many = "resources: {}\nconsumers: []\n";
    for (int i = 0; i < 150; ++i) many += fmt::format("x{}: 1\n", i);
    const auto faults = faults_of(many);
    ASSERT_EQ(faults.size(), faults_max + 1);
    EXPECT_EQ(faults.back().what, "has more faults than those shown");
}

// ---- scenarios ----

manifest with_scenario(const std::string& keys) {
    return read_manifest(
               "resources: {a: {}}\nconsumers: [{name: x, resource: a, pool: 5, "
               "settings: [SIZE]}]\nscenarios: [{" +
               keys + "}]\n")
        .value();
}
strings of_scenario(const std::string& keys) {
    return lines_of(
        "resources: {a: {}}\nconsumers: [{name: x, resource: a, pool: 5}]\nscenarios:\n"
        "  - {" +
        keys + "}\n");
}

TEST(Scenario, ChangesThePlanItIsAppliedTo) {
    const auto read = with_scenario("name: big, resource: a, workers: 3, set: {x.pool: 7}");
    auto base = read.of;
    base.times.replicas = 2;
    const auto applied = apply(read.scenarios.at(0), base);
    EXPECT_EQ(applied.name, "big");
    EXPECT_EQ(add_up(applied.of)[0].sum, 7u * 3 * 2);
    EXPECT_EQ(add_up(base)[0].sum, 10u);
}

TEST(Scenario, SetsAVariableForAllWhoReadIt) {
    const auto read = with_scenario("name: small, set: {SIZE: 1}");
    EXPECT_EQ(add_up(apply(read.scenarios.at(0), read.of).of)[0].sum, 1u);
}

TEST(ScenarioFault, IsFoundWhenTheManifestIsRead) {
    EXPECT_EQ(of_scenario("name: s, set: {y.pool: 1}"),
              strings{"4: scenarios[0].set.y.pool: no consumer or resource is called 'y'"});
    EXPECT_EQ(of_scenario("name: s, set: {x.pol: 1}"),
              strings{"4: scenarios[0].set.x.pol: unknown key 'pol' (did you mean pool?)"});
    EXPECT_EQ(of_scenario("name: s, workers: 0"),
              strings{"4: scenarios[0].workers: is out of bounds ('0', 1 to 1000)"});
    EXPECT_EQ(of_scenario("workers: 2"), strings{"4: scenarios[0].name: is missing"});
    EXPECT_EQ(of_scenario("name: s, resource: b"),
              strings{"4: scenarios[0].resource: no resource is called 'b'"});
}

}  // namespace
}  // namespace headroom::command
