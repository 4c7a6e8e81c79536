// command/manifest.hpp: the YAML file in which an operator declares who opens what.
//
//     resources:
//       postgres: {limit: 100, reserved: 3}
//     consumers:
//       - {name: web.engine, resource: postgres, pool: 5, overflow: 10, settings: [POOL_SIZE]}
//
// docs/plan.md describes every key. Reading never stops at the first fault: all are collected.
#pragma once
#include <expected>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "command/yaml_tree.hpp"
#include "headroom/budget/plan.hpp"
#include "headroom/budget/report.hpp"

namespace headroom::command {

inline constexpr std::size_t resources_max = 64;
inline constexpr std::size_t consumers_max = 1'000;
inline constexpr std::size_t scenarios_max = 100;
inline constexpr std::size_t settings_max = 2;  ///< of a consumer: pool, then overflow

/// "What if", as written: changes to be made to whatever plan the command line has left.
struct scenario_terms {
    std::string name, resource;
    std::vector<std::pair<std::string, std::string>> times;  ///< workers, replicas, ...
    std::vector<std::pair<std::string, std::string>> set;    ///< as --set
};

struct manifest {
    std::string title;
    budget::plan of;
    std::vector<scenario_terms> scenarios;
};

/// The manifest, or every fault in the order of its lines: at most faults_max, and then one that
/// says that there are more.
std::expected<manifest, std::vector<fault>> read_manifest(const std::string& text);

/// What may stand at the top, and in a scenario besides the multipliers.
std::span<const std::string_view> manifest_keys();
std::span<const std::string_view> scenario_keys();

/// The scenario on top of a plan. Its changes were checked when it was read, against the manifest's
/// own plan, and no option removes what they name.
budget::scenario apply(const scenario_terms& terms, budget::plan base);

}  // namespace headroom::command
