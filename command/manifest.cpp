#include "command/manifest.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "command/fields.hpp"
#include "command/overrides.hpp"
#include "command/spelling.hpp"
#include "command/tree_checks.hpp"

namespace headroom::command {
namespace {

using kind = yaml_node::kind;

constexpr std::array<std::string_view, 4> keys_at_top{"title", "resources", "consumers",
                                                      "scenarios"};
constexpr std::array<std::string_view, 3> keys_of_scenario{"name", "resource", "set"};

/// Reads the tree into a manifest and collects what is wrong on the way.
class reader : public tree_checks {
public:
    manifest read(const yaml_node& root);

private:
    void read_resources(const yaml_node& node);
    void read_consumers(const yaml_node& node);
    budget::consumer read_consumer(const yaml_node& node, const std::string& path);
    void read_settings(budget::consumer& into, const yaml_node& node, const std::string& path);
    void check_consumer(const budget::consumer& each, const yaml_node& node,
                        const std::string& path);
    void read_scenarios(const yaml_node& node);
    scenario_terms read_scenario(const yaml_node& node, const std::string& path);
    void read_sets(scenario_terms& into, const yaml_node& node, const std::string& path);

    manifest out_;
};

std::vector<std::string_view> names_of(const std::vector<budget::resource>& all) {
    std::vector<std::string_view> names;
    for (const auto& each : all) names.push_back(each.name);
    return names;
}

manifest reader::read(const yaml_node& root) {
    if (!is(kind::map, root, "manifest")) return {};
    check_keys(root, "manifest", keys_at_top);
    if (const auto* title = value_of(root, "title")) out_.title = text(*title, "title");
    for (const std::string_view needed : {"resources", "consumers"})
        if (value_of(root, needed) == nullptr) complain(root.line, needed, "is missing");
    if (const auto* resources = value_of(root, "resources")) read_resources(*resources);
    if (const auto* consumers = value_of(root, "consumers")) read_consumers(*consumers);
    if (const auto* scenarios = value_of(root, "scenarios")) read_scenarios(*scenarios);
    return std::move(out_);
}

void reader::read_resources(const yaml_node& node) {
    if (!is(kind::map, node, "resources") || !is_within(resources_max, node, "resources")) return;
    check_keys(node, "resources", {});
    for (const auto& [name, line, value] : node.entries) {
        const auto path = "resources." + name;
        complain_if(check_name(name), line, "resources");
        budget::resource made;
        made.name = name;
        if (value.is != kind::null && is(kind::map, value, path)) {
            check_keys(value, path, resource_keys());
            for (const auto& [key, at, figure] : value.entries)
                if (key == "limit" && figure.is == kind::null)
                    made.limit = {};
                else if (holds(resource_keys(), key) && is(kind::scalar, figure, path + "." + key))
                    complain_if(assign(made, key, figure.text), at, path + "." + key);
        }
        if (made.limit && made.reserved > *made.limit)
            complain(
                line, path + ".reserved",
                fmt::format("is more than the limit ({}, at most {})", made.reserved, *made.limit));
        if (made.reserve_setting.contains('.'))
            complain(line, path + ".reserve_setting",
                     fmt::format("holds a dot ({})", in_quotes(made.reserve_setting)));
        out_.of.resources.push_back(std::move(made));
    }
}

void reader::read_consumers(const yaml_node& node) {
    if (!is(kind::list, node, "consumers") || !is_within(consumers_max, node, "consumers")) return;
    for (std::size_t i = 0; i < node.entries.size(); ++i) {
        const auto& value = node.entries[i].value;
        auto path = fmt::format("consumers[{}]", i);
        if (!is(kind::map, value, path)) continue;
        auto made = read_consumer(value, path);
        check_consumer(made, value, path);
        out_.of.consumers.push_back(std::move(made));
    }
}

budget::consumer reader::read_consumer(const yaml_node& node, const std::string& path) {
    static constexpr std::array<std::string_view, 1> settings{"settings"};
    check_keys(node, path, consumer_keys(), settings);
    budget::consumer made;
    made.pool = {};  // a pool that is not written is a library's default
    for (const auto& [key, line, value] : node.entries) {
        const auto where = path + "." + key;
        if (key == "settings")
            read_settings(made, value, where);
        else if (holds(consumer_keys(), key) && is(kind::scalar, value, where))
            complain_if(assign(made, key, value.text), line, where);
    }
    if (made.package.empty() && made.name.contains('.'))
        made.package = made.name.substr(0, made.name.find('.'));
    return made;
}

void reader::read_settings(budget::consumer& into, const yaml_node& node, const std::string& path) {
    if (node.is == kind::scalar && node.text == "hardcoded") {
        into.hardcoded = true;
        return;
    }
    if (node.is != kind::list) {
        complain(node.line, path, "must be a list of names, or hardcoded");
        return;
    }
    if (!is_within(settings_max, node, path)) return;
    for (const auto& [unused, line, value] : node.entries) {
        if (!is(kind::scalar, value, path)) continue;
        complain_if(check_name(value.text), line, path);
        if (value.text.contains('.'))
            complain(line, path, fmt::format("holds a dot ({})", in_quotes(value.text)));
        into.settings.push_back(value.text);
    }
}

void reader::check_consumer(const budget::consumer& each, const yaml_node& node,
                            const std::string& path) {
    if (!value_of(node, "name")) complain(node.line, path + ".name", "is missing");
    if (!value_of(node, "resource")) complain(node.line, path + ".resource", "is missing");
    if (!each.name.empty() && out_.of.find_consumer(each.name))
        complain(node.line, path + ".name",
                 fmt::format("{} is declared twice", in_quotes(each.name)));
    if (!each.resource.empty() && !out_.of.find_resource(each.resource))
        complain(node.line, path + ".resource",
                 fmt::format("no resource is called {}{}", in_quotes(each.resource),
                             did_you_mean(each.resource, names_of(out_.of.resources))));
    if (each.pool && each.minimum > *each.pool && value_of(node, "minimum"))
        complain(node.line, path + ".minimum",
                 fmt::format("is more than the pool ({}, at most {})", each.minimum, *each.pool));
    if (each.estimate && each.max())
        complain(node.line, path + ".estimate", "is read by nothing: pool and overflow are known");
}

void reader::read_scenarios(const yaml_node& node) {
    if (!is(kind::list, node, "scenarios") || !is_within(scenarios_max, node, "scenarios")) return;
    for (std::size_t i = 0; i < node.entries.size(); ++i) {
        const auto& value = node.entries[i].value;
        const auto path = fmt::format("scenarios[{}]", i);
        if (!is(kind::map, value, path)) continue;
        auto made = read_scenario(value, path);
        const auto& before = out_.scenarios;
        const auto is_same = [&](const auto& other) {
            return other.name == made.name && other.resource == made.resource;
        };
        if (!made.name.empty() && std::ranges::any_of(before, is_same))
            complain(value.line, path + ".name",
                     fmt::format("{} is declared twice", in_quotes(made.name)));
        out_.scenarios.push_back(std::move(made));
    }
}

scenario_terms reader::read_scenario(const yaml_node& node, const std::string& path) {
    check_keys(node, path, keys_of_scenario, multiplier_keys());
    scenario_terms made;
    auto times = out_.of.times;
    for (const auto& [key, line, value] : node.entries) {
        const auto where = path + "." + key;
        if (key == "set") read_sets(made, value, where);
        if (key == "name") made.name = text(value, where);
        if (key == "resource") made.resource = text(value, where);
        if (!holds(multiplier_keys(), key) || !is(kind::scalar, value, where)) continue;
        complain_if(assign(times, key, value.text), line, where);
        made.times.emplace_back(key, value.text);
    }
    if (!value_of(node, "name")) complain(node.line, path + ".name", "is missing");
    if (!made.resource.empty() && !out_.of.find_resource(made.resource))
        complain(node.line, path + ".resource",
                 fmt::format("no resource is called {}{}", in_quotes(made.resource),
                             did_you_mean(made.resource, names_of(out_.of.resources))));
    return made;
}

void reader::read_sets(scenario_terms& into, const yaml_node& node, const std::string& path) {
    if (!is(kind::map, node, path)) return;
    check_keys(node, path, {});
    auto trial = out_.of;
    for (const auto& [name, line, value] : node.entries) {
        if (!is(kind::scalar, value, path + "." + name)) continue;
        complain_if(override_figure(trial, name, value.text), line, path + "." + name);
        into.set.emplace_back(name, value.text);
    }
}

}  // namespace

std::expected<manifest, std::vector<fault>> read_manifest(const std::string& text) {
    const auto tree = parse_yaml(text);
    if (!tree) return std::unexpected(std::vector{tree.error()});
    reader reads;
    manifest made;
    auto faults = reads.collect([&] { made = reads.read(*tree); });
    if (!faults.empty()) return std::unexpected(std::move(faults));
    return made;
}

words manifest_keys() { return keys_at_top; }
words scenario_keys() { return keys_of_scenario; }

budget::scenario apply(const scenario_terms& terms, budget::plan base) {
    for (const auto& [key, value] : terms.times) assign(base.times, key, value);
    for (const auto& [name, value] : terms.set) override_figure(base, name, value);
    return {terms.name, terms.resource, std::move(base)};
}

}  // namespace headroom::command
