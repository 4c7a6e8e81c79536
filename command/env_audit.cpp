#include "command/env_audit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "command/env_sharing.hpp"
#include "command/fields.hpp"

namespace headroom::command {
namespace {

using fleet::finding;
using fleet::severity;

void unique_name(budget::consumer& one, const budget::plan& among) {
    const auto base = one.name;
    for (unsigned n = 2; among.find_consumer(one.name) != nullptr; ++n)
        one.name = fmt::format("{}.{}", base.substr(0, name_max - 6), n);
}

const assignment* find(const env_source& in, std::string_view name) {
    const auto at = std::ranges::find(in.text.assignments, name, &assignment::name);
    return at == in.text.assignments.end() ? nullptr : &*at;
}

void compare(env_audit& audit, const env_source& source, const budget::consumer& declared,
             const std::string& setting, budget::figure units) {
    const auto* set = find(source, setting);
    unsigned said = 0;
    if (set == nullptr || !units || read_number(set->value, 0, budget::figure_max, said)) return;
    if (said == *units) return;
    audit.add(finding{
        "HR-EN-CONTRADICTION", severity::medium, setting,
        fmt::format("the manifest says {} for {}, the file {}", *units, declared.name, said),
        fmt::format("{}:{}", source.label, set->line), 0});
}

}  // namespace

env_audit audit_environment(const std::vector<env_source>& sources, const env_terms& terms,
                            const budget::multipliers& times) {
    env_audit audit;
    std::vector<env_reading> readings;
    std::vector<std::string> labels;
    for (const auto& each : sources) {
        labels.push_back(each.label);
        readings.push_back(read_environment(each, terms));
    }
    audit.target = fmt::format("{}", fmt::join(labels, ", "));
    audit.plan.times = times;
    for (const auto& each : name_resources(readings))
        audit.plan.resources.push_back({each, {}, 0, 0});
    for (auto& reading : readings) {
        for (auto& each : reading.says.findings) audit.add(std::move(each));
        for (auto& each : reading.says.notes) audit.add(std::move(each));
        for (auto& each : reading.pools) {
            unique_name(each.open, audit.plan);
            audit.plan.consumers.push_back(each.open);
            audit.pools.push_back(std::move(each));
        }
        for (auto& each : reading.threads) audit.threads.push_back(std::move(each));
    }
    find_shared_redis(audit);
    find_shared_keys(audit, sources, terms.known);
    find_pollers(audit);
    return audit;
}

void compare_with_manifest(env_audit& audit, const std::vector<env_source>& sources,
                           const budget::plan& manifest) {
    for (const auto& source : sources)
        for (const auto& each : manifest.consumers) {
            if (!each.settings.empty()) compare(audit, source, each, each.settings[0], each.pool);
            if (each.settings.size() > 1 && each.overflow.kind == budget::overflow_kind::fixed)
                compare(audit, source, each, each.settings[1], each.overflow.units);
        }
}

}  // namespace headroom::command
