#include "headroom/budget/solve_report.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "headroom/budget/detail/look.hpp"
#include "headroom/budget/report.hpp"

namespace headroom::budget {
namespace {

using detail::look;
using outcome = fitting::outcome;

grid sizes_table(const fitting& of, std::string_view code) {
    grid table{{"Setting", "Sets", "Declared", "Least", "Fits"}, {}};
    for (const auto& [size, value] : of.sizes) {
        auto declared = to_text(size.declared);
        if (!size.agreed) declared += " at most";
        table.rows.push_back({fmt::format("{0}{1}{0}", code, size.setting),
                              fmt::format("{}", fmt::join(size.names, ", ")), std::move(declared),
                              fmt::format("{}", size.least),
                              of.is == outcome::unknown ? "" : to_text(value)});
    }
    return table;
}

std::string declared_line(const fitting& of) {
    return fmt::format("declared: peak {}", to_text(of.before.peak, of.before.estimated_peak));
}

std::string needed_line(const fitting& of, within keeps) {
    const auto replicas =
        of.replicas_max == 0
            ? std::string("not even 1 replica fits the limit")
            : fmt::format("{} {} within the limit", of.replicas_max,
                          of.replicas_max == 1 ? "replica stays" : "replicas stay");
    return fmt::format("needs: a limit of {} to be {} at these sizes; {}", to_text(of.limit_needed),
                       to_string(keeps), replicas);
}

// What an operator types to see the whole plan with these sizes.
std::string set_line(const fitting& of) {
    std::vector<std::string> options;
    for (const auto& [size, value] : of.sizes)
        options.push_back(fmt::format("--set {}={}", size.setting, to_text(value)));
    return fmt::format("take: {}", fmt::join(options, " "));
}

std::string knee_line(const knee& of, const fitting& at) {
    auto line = "knee: " + describe(of);
    if (at.after.peak && *at.after.peak > of.most())
        line += fmt::format("; the peak is {}: a pooler between keeps the rest waiting outside",
                            *at.after.peak);
    return line;
}

std::vector<std::string> advice_on(const fitting& of, const solution& in) {
    std::vector<std::string> lines;
    const auto& name = of.after.of.name;
    for (const auto& each : in.busy)
        if (each.resource == name)
            lines.push_back(fmt::format("little: {}: {}", each.of.consumer, describe(each)));
    if (in.of_server && kind_of(name) == "postgres") lines.push_back(knee_line(*in.of_server, of));
    return lines;
}

std::vector<std::string> details_of(const fitting& of, const solution& in) {
    std::vector<std::string> lines;
    lines.push_back("limit: " + describe(of.after.of));
    if (const auto bound = describe_bound(of, in.keeps); !bound.empty())
        lines.push_back("bound: " + bound);
    lines.push_back("sum: " + of.after.arithmetic);
    if (of.after.peak_arithmetic != of.after.arithmetic)
        lines.push_back("peak: " + of.after.peak_arithmetic);
    if (of.is == outcome::fits || of.is == outcome::too_large) lines.push_back(declared_line(of));
    if (of.is == outcome::fits)
        lines.push_back(fmt::format("left: {}", *of.bound - *of.after.peak));
    if (of.is == outcome::too_large || (of.is == outcome::no_choice && of.after.peak > of.bound))
        lines.push_back(needed_line(of, in.keeps));
    if (of.is == outcome::fits) lines.push_back(set_line(of));
    for (auto& each : advice_on(of, in)) lines.push_back(std::move(each));
    return lines;
}

std::string answers_of(const solution& of, const look& as) {
    std::string text;
    for (const auto& each : of.resources) {
        if (each.after.rows.empty()) continue;
        text += fmt::format("{}{}: {}\n", as.item, each.after.of.name, describe(each, of.keeps));
        for (const auto& line : details_of(each, of))
            text += fmt::format("{}{}\n", as.detail, line);
    }
    return text;
}

std::string written(const solution& of, const look& as) {
    auto text = fmt::format("{}{}\n\n", as.title, of.title.empty() ? "Resource budget" : of.title);
    text += fmt::format("Sizes that keep within {} for {}.\n\n", to_string(of.keeps),
                        describe(of.sized.times));
    for (const auto& each : of.resources)
        if (!each.sizes.empty())
            text += fmt::format("{}{}\n\n{}\n", as.heading, headline(each.after.of.name),
                                as.table(sizes_table(each, as.code)));
    text += fmt::format("{}Arithmetic\n\n{}", as.heading, answers_of(of, as));
    for (const auto& each : of.notes) text += fmt::format("\n{}note: {}\n", as.item, each);
    return text;
}

/// "a, b": the rows whose maximum is missing.
std::string without_maximum(const total& of) {
    std::vector<std::string_view> names;
    for (const auto& each : of.rows)
        if (!each.total) names.push_back(each.name);
    return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::string describe(const fitting& of, within keeps) {
    switch (of.is) {
        case outcome::fits:
            return fmt::format("fits within {}: {}", to_string(keeps), of.verdict_after.reason);
        case outcome::too_large:
            return fmt::format("does not fit within {} at the least sizes: {}", to_string(keeps),
                               of.verdict_after.reason);
        case outcome::no_choice:
            return fmt::format("no variable sets its sizes; {}: {}", to_string(of.verdict_after.is),
                               of.verdict_after.reason);
        case outcome::unknown:
            break;
    }
    if (!of.bound) return "UNKNOWN: the limit is not known, so nothing says what fits";
    return fmt::format("UNKNOWN: no variable sets a maximum for {}", without_maximum(of.after));
}

std::string describe_bound(const fitting& of, within keeps) {
    if (!of.bound) return {};
    const auto usable = to_text(of.after.of.usable());
    return keeps == within::green ? fmt::format("80 % of {} usable = {}", usable, *of.bound)
                                  : fmt::format("{} usable", usable);
}

std::string as_table(const solution& of) { return written(of, detail::terminal); }

std::string as_markdown(const solution& of) { return written(of, detail::document); }

}  // namespace headroom::budget
