#include "command/overrides.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "command/spelling.hpp"

namespace headroom::command {
namespace {

using budget::plan;

struct target {
    std::string_view kind, name, key;  ///< kind: "resources", "consumers" or empty for either
};

target parse(std::string_view name) {
    target found;
    for (const std::string_view kind : {"resources", "consumers"})
        if (name.starts_with(kind) && name.substr(kind.size()).starts_with('.')) {
            found.kind = kind;
            name.remove_prefix(kind.size() + 1);
        }
    const auto dot = name.rfind('.');
    found.name = name.substr(0, dot);
    if (dot != std::string_view::npos) found.key = name.substr(dot + 1);
    return found;
}

template <class Things>
auto* find_named(Things& in, std::string_view name) {
    const auto at = std::ranges::find_if(in, [&](const auto& each) { return each.name == name; });
    return at == in.end() ? nullptr : &*at;
}

std::vector<std::string_view> names_of(const plan& in) {
    std::vector<std::string_view> names;
    for (const auto& each : in.consumers) names.push_back(each.name);
    for (const auto& each : in.resources) names.push_back(each.name);
    return names;
}

std::vector<std::string_view> settings_of(const plan& in) {
    std::vector<std::string_view> names;
    for (const auto& each : in.consumers)
        names.insert(names.end(), each.settings.begin(), each.settings.end());
    for (const auto& each : in.resources)
        if (!each.reserve_setting.empty()) names.push_back(each.reserve_setting);
    return names;
}

// Settings are positional: the first is the pool's, the second the overflow's.
constexpr std::string_view keys_by_position[] = {"pool", "overflow"};

complaint override_setting(plan& in, std::string_view name, std::string_view value) {
    bool known = false;
    for (auto& each : in.consumers)
        for (std::size_t i = 0; i < std::size(keys_by_position) && i < each.settings.size(); ++i) {
            if (each.settings[i] != name) continue;
            known = true;
            if (auto wrong = assign(each, keys_by_position[i], value)) return wrong;
        }
    for (auto& each : in.resources) {
        if (name.empty() || each.reserve_setting != name) continue;
        known = true;
        if (auto wrong = assign(each, "reserve", value)) return wrong;
    }
    if (known) return {};
    return fmt::format("no consumer reads a setting of this name{}",
                       did_you_mean(name, settings_of(in)));
}

complaint unknown_key(std::string_view key, std::span<const std::string_view> keys) {
    return fmt::format("unknown key {}{}", in_quotes(key), did_you_mean(key, keys));
}

/// The setting behind a consumer's key when other consumers read it, too; else empty.
std::string_view shared_setting(const plan& in, const target& of) {
    const auto* owner = in.find_consumer(of.name);
    if (owner == nullptr) return {};
    for (std::size_t i = 0; i < std::size(keys_by_position) && i < owner->settings.size(); ++i) {
        if (keys_by_position[i] != of.key) continue;
        for (const auto& each : in.consumers)
            if (&each != owner &&
                std::ranges::find(each.settings, owner->settings[i]) != each.settings.end())
                return owner->settings[i];
    }
    return {};
}

void add_once(std::vector<std::string_view>& to, std::string_view name) {
    if (std::ranges::find(to, name) == to.end()) to.push_back(name);
}

}  // namespace

complaint override_figure(plan& in, std::string_view name, std::string_view value) {
    const auto of = parse(name);
    if (of.key.empty() && of.kind.empty()) return override_setting(in, name, value);
    const bool asks_resource = of.kind == "resources" || holds(resource_figure_keys(), of.key);
    auto* resource = of.kind == "consumers" ? nullptr : find_named(in.resources, of.name);
    auto* claimant = of.kind == "resources" ? nullptr : find_named(in.consumers, of.name);
    if (resource && (asks_resource || !claimant))
        return holds(resource_figure_keys(), of.key) ? assign(*resource, of.key, value)
                                                     : unknown_key(of.key, resource_figure_keys());
    if (claimant)
        return holds(figure_keys(), of.key) ? assign(*claimant, of.key, value)
                                            : unknown_key(of.key, figure_keys());
    return fmt::format("no consumer or resource is called {}{}", in_quotes(of.name),
                       did_you_mean(of.name, names_of(in)));
}

std::vector<std::string> notes_on_shared_settings(const plan& before,
                                                  const std::vector<override_pair>& overrides) {
    auto alone = before, really = before;
    std::vector<std::string_view> shared;
    for (const auto& [name, value] : overrides) {
        const auto setting = shared_setting(before, parse(name));
        override_figure(alone, name, value);
        override_figure(really, setting.empty() ? name : setting, value);
        if (!setting.empty()) add_once(shared, setting);
    }
    std::vector<std::string> notes;
    if (shared.empty()) return notes;
    const auto as_set = add_up(alone), as_read = add_up(really);
    for (std::size_t i = 0; i < as_set.size(); ++i)
        if (as_set[i].estimated_sum != as_read[i].estimated_sum)
            notes.push_back(fmt::format(
                "{} {} read by other consumers, too: set as variables, they give {} a sum of {}, "
                "not {}",
                fmt::join(shared, ", "), shared.size() == 1 ? "is" : "are", as_set[i].of.name,
                budget::to_text(as_read[i].sum, as_read[i].estimated_sum),
                budget::to_text(as_set[i].sum, as_set[i].estimated_sum)));
    return notes;
}

}  // namespace headroom::command
