#include "command/audit_targets.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "command/fields.hpp"
#include "headroom/runtime/quantity.hpp"

namespace headroom::command {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds timeout_min = 10ms, timeout_max = 10min;

std::vector<std::string> resources_of(const std::string& kind, const budget::plan& of) {
    std::vector<std::string> names;
    for (const auto& each : of.resources)
        if (each.name == kind || each.name.starts_with(kind + ":")) names.push_back(each.name);
    return names;
}

}  // namespace

std::vector<named_text> split_names(const std::vector<std::string>& typed,
                                    const std::string& option) {
    if (typed.size() > servers_max)
        throw usage_error(fmt::format("{}: at most {} servers", option, servers_max));
    std::vector<named_text> all;
    for (const auto& text : typed) {
        const auto equals = text.find('=');
        const bool named = equals != std::string::npos && equals < text.find("://") &&
                           (text.find("://") != std::string::npos || option == "--env-file");
        if (named && equals > name_max) throw usage_error(option + ": the name is too long");
        all.push_back(named ? named_text{text.substr(0, equals), text.substr(equals + 1)}
                            : named_text{{}, text});
    }
    return all;
}

std::string resource_of(const std::string& kind, const std::string& name, const std::string& host,
                        const budget::plan* declared) {
    if (declared == nullptr) return name.empty() ? kind : name;
    const auto known = resources_of(kind, *declared);
    for (const auto& each : known)
        if (each == name || each == kind + ":" + name) return each;
    for (const auto& each : known)
        if (name.empty() && each == kind + ":" + host) return each;
    if (name.empty() && known.size() == 1) return known.front();
    // A plan that says nothing of this kind has no words for its servers.
    if (name.empty() && known.empty() && kind != "postgres") return kind;
    throw usage_error(fmt::format("--{}: say which of {} each server is, as NAME=URL", kind,
                                  known.empty()
                                      ? "the manifest's resources (it has none for PostgreSQL)"
                                      : fmt::format("{}", fmt::join(known, ", "))));
}

std::chrono::milliseconds timeout_of(const std::string& typed) {
    const auto parsed = parse_duration(typed, 1s);
    if (!parsed || *parsed < timeout_min || *parsed > timeout_max)
        throw usage_error("--timeout: must be 10ms to 10min, e.g. 5s");
    return *parsed;
}

}  // namespace headroom::command
