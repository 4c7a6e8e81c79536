#include <fmt/format.h>
#include <fmt/ranges.h>

#include "headroom/budget/detail/look.hpp"
#include "headroom/budget/report.hpp"

namespace headroom::budget {
namespace {

using detail::look;

// ---- inventory ----

std::string pool_cell(const row& each) {
    return each.floor ? to_text(each.floor) : "library default";
}

std::string overflow_cell(const row& each) {
    switch (each.overflow.kind) {
        case overflow_kind::fixed:
            return fmt::format("{}", each.overflow.units);
        case overflow_kind::shared:
            return "shared";
        case overflow_kind::unbounded:
            return "unbounded";
    }
    return "unknown";
}

std::string one_cell(const row& each) {
    if (each.max || each.times == 0) return to_text(each.max);
    figure guess;
    if (each.estimated) guess = *each.estimated / each.times;
    return to_text({}, guess);
}

std::string sum_cell(const row& each) {
    auto sum = to_text(each.total, each.estimated);
    if (each.when == phase::deploy) sum += " (deploy only)";
    if (each.when == phase::start) sum += " (start only)";
    return sum;
}

std::string configurable_cell(const row& each, std::string_view code) {
    if (each.is_reserve && each.settings.empty()) return "";
    if (each.settings.empty()) return each.hardcoded ? "No (hardcoded)" : "No";
    std::vector<std::string> names;
    for (const auto& name : each.settings) names.push_back(fmt::format("{0}{1}{0}", code, name));
    return fmt::format("Yes ({})", fmt::join(names, ", "));
}

grid inventory_of(const total& of, std::string_view code) {
    grid table{{"Source", "Package", "Pool Size", "Max Overflow", "Total Possible", "Times", "Sum",
                "Configurable"},
               {}};
    for (const auto& each : of.rows) {
        const bool own = each.is_reserve;
        table.rows.push_back({own ? "reserve (shared by all bursts)" : each.name, each.package,
                              own ? "" : pool_cell(each), own ? "" : overflow_cell(each),
                              one_cell(each), fmt::format("{}", each.times), sum_cell(each),
                              configurable_cell(each, code)});
    }
    return table;
}

// ---- summary ----

std::string limit_cell(const resource& of) {
    if (!of.limit) return "not known";
    if (of.reserved == 0) return to_text(of.limit);
    return fmt::format("{} ({} usable)", *of.limit, to_text(of.usable()));
}

grid summary_of(const report& of) {
    grid table{{"Resource", "Calculation", "Total", "Limit", "Status"}, {}};
    for (const auto& [name, what] : of.summary) {
        auto resource = headline(what.all.of.name);
        if (!name.empty()) resource += fmt::format(" ({})", name);
        table.rows.push_back({std::move(resource), what.all.arithmetic,
                              to_text(what.all.sum, what.all.estimated_sum),
                              limit_cell(what.all.of),
                              fmt::format("{} -- {}", to_string(what.is.is), what.is.reason)});
    }
    return table;
}

// ---- verdicts ----

std::string needed_line(const judged& of) {
    const auto& all = of.all;
    const auto steady = of.is.by == rule::headroom ? all.sum : all.estimated_sum;
    const auto reserved = all.of.reserved;
    auto text = fmt::format("needs: a limit of {} to fit, of {} to be GREEN",
                            to_text(limit_to_fit(all, of.is.by)),
                            to_text(limit_to_be_green(all, of.is.by)));
    if (of.is.by == rule::headroom && all.peak != all.sum)
        text +=
            fmt::format(" (steady state alone: {} and {})", to_text(limit_for(steady, reserved)),
                        to_text(green_limit_for(steady, reserved)));
    return text;
}

std::string headed(const judged& of) {
    return fmt::format("{}: {}: {}", of.all.of.name, to_string(of.is.is), of.is.reason);
}

std::vector<std::string> details_of(const judged& of) {
    const auto& all = of.all;
    std::vector<std::string> lines{"sum: " + all.arithmetic};
    if (all.peak_arithmetic != all.arithmetic) lines.push_back("peak: " + all.peak_arithmetic);
    lines.push_back("limit: " + describe(all.of));
    if (limit_to_fit(all, of.is.by)) lines.push_back(needed_line(of));
    if (const auto* most = largest(all); most && all.estimated_sum)
        lines.push_back(fmt::format("largest: {}, {} of {}", most->name,
                                    to_text(most->total, most->estimated),
                                    to_text(all.sum, all.estimated_sum)));
    return lines;
}

std::string verdicts_of(const report& of, const look& as) {
    std::string text;
    for (const auto& each : of.resources) {
        text += fmt::format("{}{}\n", as.item, headed(each));
        for (const auto& line : details_of(each)) text += fmt::format("{}{}\n", as.detail, line);
    }
    return text;
}

// ---- the whole ----

std::string written(const report& of, const look& as) {
    auto text = fmt::format("{}{}\n\n", as.title, of.title.empty() ? "Resource budget" : of.title);
    text += fmt::format("Plan for {}.\n\n", describe(of.times));
    for (const auto& each : of.resources)
        if (!each.all.rows.empty())
            text += fmt::format("{}{}\n\n{}\n", as.heading, headline(each.all.of.name),
                                as.table(inventory_of(each.all, as.code)));
    text += fmt::format("{}Total Budget Summary\n\n{}\n", as.heading, as.table(summary_of(of)));
    text += fmt::format("{}Verdicts (rule: {})\n\n{}", as.heading, to_string(of.by),
                        verdicts_of(of, as));
    for (const auto& each : of.notes) text += fmt::format("\n{}note: {}\n", as.item, each);
    return text;
}

}  // namespace

std::string as_table(const report& of) { return written(of, detail::terminal); }

std::string as_markdown(const report& of) { return written(of, detail::document); }

std::vector<std::string> account_of(const judged& of) {
    auto lines = details_of(of);
    lines.insert(lines.begin(), headed(of));
    return lines;
}

std::string describe(const resource& of) {
    if (!of.limit) return "not known";
    return fmt::format("{} - {} reserved = {} usable", *of.limit, of.reserved,
                       to_text(of.usable()));
}

std::string describe(const multipliers& times) {
    auto text =
        fmt::format("{} {} x {} {}", times.replicas, times.replicas == 1 ? "replica" : "replicas",
                    times.workers, times.workers == 1 ? "process" : "processes");
    if (times.surge.amount > 0)
        text += fmt::format(", surge {}{}", times.surge.amount, times.surge.percent ? "%" : "");
    if (times.terminating > 0) text += fmt::format(", {} terminating", times.terminating);
    return text;
}

}  // namespace headroom::budget
