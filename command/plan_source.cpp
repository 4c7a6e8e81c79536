#include "command/plan_source.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>

#include "command/fields.hpp"
#include "command/source_file.hpp"
#include "command/spelling.hpp"

namespace headroom::command {
namespace {

std::vector<std::string_view> names_of_resources(const budget::plan& in) {
    std::vector<std::string_view> names;
    for (const auto& each : in.resources) names.push_back(each.name);
    return names;
}

/// The only PostgreSQL server, or else the only resource at all: what a limit without a name means.
std::string resource_meant(const budget::plan& in) {
    const auto names = names_of_resources(in);
    const auto is_server = [](auto name) { return budget::kind_of(name) == "postgres"; };
    const auto server = std::ranges::find_if(names, is_server);
    if (std::ranges::count_if(names, is_server) == 1) return std::string(*server);
    if (names.size() == 1) return std::string(names.front());
    if (names.empty()) throw usage_error("--limit: the manifest has no resource to be limited");
    throw usage_error(
        fmt::format("--limit: must say of what, NAME=N: one of {}", fmt::join(names, ", ")));
}

void apply_limit(budget::plan& in, const std::string& text) {
    const auto equals = text.rfind('=');
    const auto name = equals == std::string::npos ? resource_meant(in) : text.substr(0, equals);
    const auto at = std::ranges::find(in.resources, name, &budget::resource::name);
    if (at == in.resources.end())
        throw usage_error(fmt::format("--limit: no resource is called {}{}", in_quotes(name),
                                      did_you_mean(name, names_of_resources(in))));
    unsigned units = 0;
    const auto value = equals == std::string::npos ? text : text.substr(equals + 1);
    if (auto wrong = read_number(value, 1, budget::figure_max, units))
        throw usage_error(fmt::format("--limit {}: {}", name, *wrong));
    if (units <= at->reserved)
        throw usage_error(fmt::format("--limit {}: leaves nothing of {}, of which {} are reserved",
                                      name, units, at->reserved));
    at->limit = units;
}

void override_figures(budget::plan& in, const std::vector<override_pair>& pairs) {
    for (const auto& [name, value] : pairs)
        if (auto wrong = override_figure(in, name, value))
            throw usage_error(fmt::format("--set {}: {}", in_quotes(name), *wrong));
}

}  // namespace

void source_options::declare(option_set& options) {
    options.positional("FILE", file, "the manifest (YAML); - reads standard input");
    times.declare(options);
    options.texts("--limit", limit,
                  "N or RESOURCE=N: what the server allows, in place of the manifest's limit");
    options.texts("--set", set,
                  "NAME=VALUE: consumer.key, resource.key, or a setting and so all who read it");
}

override_pair split_pair(const std::string& option, const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos || equals == 0)
        throw usage_error(fmt::format("{}: must be NAME=VALUE ({})", option, in_quotes(text)));
    return {text.substr(0, equals), text.substr(equals + 1)};
}

std::expected<chosen_plan, std::vector<fault>> read_plan(const source_options& options,
                                                         std::istream& in) {
    std::vector<override_pair> pairs;
    for (const auto& each : options.set) pairs.push_back(split_pair("--set", each));
    const auto times = options.times.read();
    const auto text = read_source(options.file, in);
    if (!text) return std::unexpected(std::vector{text.error()});
    auto read = read_manifest(*text);
    if (!read) return std::unexpected(std::move(read.error()));
    chosen_plan made{std::move(*read), {}, {}};
    made.of = made.from.of;
    made.of.times = times;
    for (const auto& each : options.limit) apply_limit(made.of, each);
    made.notes = notes_on_shared_settings(made.of, pairs);
    override_figures(made.of, pairs);
    return made;
}

}  // namespace headroom::command
