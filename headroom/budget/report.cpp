#include "headroom/budget/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace headroom::budget {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 5> headlines{{
    {"postgres", "PostgreSQL connections"},
    {"redis", "Redis connections"},
    {"http", "HTTP client connections"},
    {"threads", "Threads"},
    {"files", "File descriptors"},
}};

std::vector<judged> judge_all(const plan& of, rule by) {
    std::vector<judged> all;
    for (auto& each : add_up(of)) {
        auto is = judge(each, by);
        all.push_back({std::move(each), std::move(is)});
    }
    return all;
}

void add_summary(report& to, const scenario& of) {
    for (auto& each : judge_all(of.of, to.by))
        if (of.resource.empty() || of.resource == each.all.of.name)
            to.summary.push_back({of.name, std::move(each)});
}

}  // namespace

colour report::worst() const noexcept {
    auto worst = colour::green;
    for (const auto& each : resources)
        if (badness(each.is.is) > badness(worst)) worst = each.is.is;
    return worst;
}

report make_report(const plan& of, rule by, const std::vector<scenario>& ifs) {
    report made;
    made.by = by;
    made.times = of.times;
    made.resources = judge_all(of, by);
    for (const auto& each : ifs) add_summary(made, each);
    if (ifs.empty())
        for (const auto& each : made.resources) made.summary.push_back({{}, each});
    return made;
}

const row* largest(const total& of) noexcept {
    const row* found = nullptr;
    for (const auto& each : of.rows) {
        const auto units = each.estimated.value_or(0);
        const bool counts = each.when == phase::steady && units > 0;
        if (counts && (!found || units > found->estimated.value_or(0))) found = &each;
    }
    return found;
}

std::string headline(std::string_view resource) {
    const auto colon = resource.find(':');
    const auto kind = kind_of(resource);
    const auto at = std::ranges::find(headlines, kind, &decltype(headlines)::value_type::first);
    if (at == headlines.end()) return std::string(resource);
    if (colon == std::string_view::npos) return std::string(at->second);
    return fmt::format("{} ({})", at->second, resource.substr(colon + 1));
}

}  // namespace headroom::budget
