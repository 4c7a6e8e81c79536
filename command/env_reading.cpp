#include "command/env_reading.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "command/env_sizes.hpp"
#include "command/fields.hpp"
#include "command/spelling.hpp"
#include "headroom/fleet/backend_match.hpp"

namespace headroom::command {
namespace {

using fleet::finding;
using fleet::severity;

constexpr std::array<std::string_view, 7> knob_endings{
    "POOL_SIZE", "MAX_OVERFLOW",  "MAX_CONNECTIONS", "MAX_CONNS",
    "POOL_MAX",  "MAX_POOL_SIZE", "MAX_OPEN_CONNS"};

constexpr std::array<std::string_view, 8> words_for_off{"",   "0",   "false", "False",
                                                        "no", "off", "FALSE", "n"};

class environment_reader {
public:
    environment_reader(const env_source& from, const env_terms& terms)
        : from_(from), terms_(terms) {}

    env_reading read() {
        for (const auto& each : from_.text.faults)
            complain("HR-EN-FAULT", severity::medium, at_line(each.line),
                     printable(each.problem) + ": the line was not read");
        for (const auto& each : from_.text.assignments)
            if (auto url = parse_service_url(each.value)) urls_.push_back({&each, std::move(*url)});
        std::vector<const catalogue_pool*> there;
        for (const auto& each : terms_.known.pools)
            if (is_there(each)) there.push_back(&each);
        for (const auto* each : there)
            if (is_named(*each) || !is_replaced(*each, there)) open(*each);
        find_unknown_libraries();
        find_unread_knobs();
        return std::move(out_);
    }

private:
    std::string at_line(unsigned line) const { return fmt::format("{}:{}", from_.label, line); }
    std::string origin(const assignment& of) const { return at_line(of.line); }

    void complain(std::string id, severity weight, std::string subject, std::string what,
                  std::string evidence = {}) {
        out_.says.add(finding{std::move(id), weight, std::move(subject), std::move(what),
                              std::move(evidence), 0});
    }

    static bool is_switched_off(const assignment& of) {
        return of.name.ends_with("ENABLED") &&
               std::ranges::find(words_for_off, of.value) != words_for_off.end();
    }

    bool is_set_like(std::string_view pattern) const {
        return std::ranges::any_of(from_.text.assignments, [&](const assignment& each) {
            return fleet::matches(pattern, each.name) && !is_switched_off(each);
        });
    }

    static bool fits(const catalogue_pool& pool, const service_url& url) {
        if (url.kind != pool.open.resource) return false;
        if (std::ranges::find(pool.schemes, url.scheme) != pool.schemes.end()) return true;
        return !pool.pool_parameter.empty() && url.parameters.contains(pool.pool_parameter);
    }

    bool is_named(const catalogue_pool& pool) const {
        return std::ranges::any_of(terms_.libraries, [&](const std::string& each) {
            return each == pool.name || each == pool.library();
        });
    }

    bool is_there(const catalogue_pool& pool) const {
        return is_named(pool) ||
               std::ranges::any_of(pool.signs,
                                   [&](const auto& each) { return is_set_like(each); }) ||
               std::ranges::any_of(urls_, [&](const auto& each) { return fits(pool, each.at); });
    }

    static bool is_replaced(const catalogue_pool& pool,
                            const std::vector<const catalogue_pool*>& there) {
        return std::ranges::any_of(there, [&](const catalogue_pool* other) {
            return std::ranges::find(other->replaces, pool.name) != other->replaces.end();
        });
    }

    /// Whose URL it takes: the first named one that is set, those that fit it, or the plain ones.
    std::vector<named_url*> urls_of(const catalogue_pool& pool) {
        std::vector<named_url*> named, fitting, plain;
        for (const auto& name : pool.urls)
            for (auto& each : urls_)
                if (each.from->name == name && each.at.kind == pool.open.resource)
                    named.push_back(&each);
        if (!named.empty()) return {named.front()};
        for (auto& each : urls_) {
            if (fits(pool, each.at)) fitting.push_back(&each);
            if (each.at.kind == pool.open.resource && !each.at.has_driver()) plain.push_back(&each);
        }
        return fitting.empty() ? plain : fitting;
    }

    void open(const catalogue_pool& pool) {
        const auto urls = urls_of(pool);
        const bool needs_url = pool.open.resource != "threads";
        if (urls.empty() && needs_url && !is_named(pool) && !has_its_own_setting(pool)) return;
        if (urls.empty()) open_at(pool, nullptr, false);
        for (auto* each : urls) {
            each->opened = true;
            open_at(pool, each, urls.size() > 1);
        }
    }

    bool has_its_own_setting(const catalogue_pool& pool) const {
        return std::ranges::any_of(pool.pool_settings,
                                   [&](const auto& each) { return sizes_.find(each) != nullptr; });
    }

    void open_at(const catalogue_pool& pool, const named_url* url, bool one_of_several) {
        env_pool made;
        made.open = pool.open;
        made.open.name = name_of(pool, one_of_several ? url : nullptr);
        made.open.package = pool.library();
        made.title = pool.title.empty() ? pool.name : pool.title;
        made.service = from_.service;
        made.use = pool.use;
        made.follows = pool.follows;
        if (url != nullptr) tell_where(made, *url);
        sizes_.read(made, pool, url);
        auto& list = pool.open.resource == "threads" ? out_.threads : out_.pools;
        list.push_back(std::move(made));
    }

    std::string name_of(const catalogue_pool& pool, const named_url* url) const {
        auto name = fmt::format("{}.{}", from_.service, pool.name);
        if (url != nullptr) name += "." + url->from->name;
        return name.substr(0, name_max);
    }

    static void tell_where(env_pool& into, const named_url& url) {
        into.variable = url.from->name;
        into.target = url.at.describe();
        into.server = url.at.server();
        into.open.role = printable(url.at.user, name_max);
        if (url.at.kind == "redis" && into.open.role.empty()) into.open.role = "default";
        const auto name = url.at.parameters.find("application_name");
        if (name != url.at.parameters.end())
            into.open.application_name = printable(name->second, application_name_max);
    }

    void find_unknown_libraries() {
        for (const auto& each : urls_) {
            if (each.opened) continue;
            env_pool made;
            made.open.name =
                fmt::format("{}.{}", from_.service, each.from->name).substr(0, name_max);
            made.open.package = "unknown";
            made.open.resource = each.at.kind;
            made.open.pool = {};
            made.service = from_.service;
            made.title = "a library nobody named";
            tell_where(made, each);
            made.pool.from = "not known";
            complain(
                "HR-EN-LIBRARY", severity::low, each.from->name,
                fmt::format("nothing tells which library opens {}, nor how many: say --library",
                            made.target),
                origin(*each.from));
            out_.pools.push_back(std::move(made));
        }
    }

    void find_unread_knobs() {
        for (const auto& each : from_.text.assignments) {
            const auto ends = [&](std::string_view end) { return each.name.ends_with(end); };
            if (sizes_.reads(each.name) || !std::ranges::any_of(knob_endings, ends)) continue;
            complain("HR-EN-UNREAD", severity::medium, each.name,
                     "looks like a size, and no library that we found reads it", origin(each));
        }
    }

    const env_source& from_;
    const env_terms& terms_;
    std::vector<named_url> urls_;
    env_reading out_;
    env_sizes sizes_{from_, terms_, out_.says};
};

}  // namespace

env_reading read_environment(const env_source& from, const env_terms& terms) {
    return environment_reader(from, terms).read();
}

std::vector<std::string> name_resources(std::vector<env_reading>& all) {
    std::map<std::string, std::set<std::string>> servers;
    for (const auto& reading : all)
        for (const auto& each : reading.pools) {
            auto& known = servers[each.open.resource];
            if (!each.server.empty()) known.insert(each.server);
        }
    std::set<std::string> names;
    for (auto& reading : all)
        for (auto& each : reading.pools) {
            if (servers[each.open.resource].size() > 1 && !each.server.empty())
                each.open.resource =
                    fmt::format("{}:{}", each.open.resource, each.server).substr(0, name_max);
            names.insert(each.open.resource);
        }
    return {names.begin(), names.end()};
}

}  // namespace headroom::command
