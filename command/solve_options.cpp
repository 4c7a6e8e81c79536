#include "command/solve_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "command/fields.hpp"
#include "command/spelling.hpp"

namespace headroom::command {
namespace {

constexpr std::array<std::string_view, 2> bounds{"green", "amber"};

using figures = std::map<std::string, unsigned>;

std::vector<std::string_view> names_of_consumers(const budget::plan& in) {
    std::vector<std::string_view> names;
    for (const auto& each : in.consumers) names.push_back(each.name);
    return names;
}

/// CONSUMER=N, several times, of consumers that there are.
figures read_figures(const std::string& option, const std::vector<std::string>& texts,
                     unsigned most, const budget::plan& in) {
    figures read;
    for (const auto& each : texts) {
        const auto [name, value] = split_pair(option, each);
        const auto names = names_of_consumers(in);
        if (!holds(names, name))
            throw usage_error(fmt::format("{}: no consumer is called {}{}", option, in_quotes(name),
                                          did_you_mean(name, names)));
        unsigned units = 0;
        if (auto wrong = read_number(value, 1, most, units))
            throw usage_error(fmt::format("{} {}: {}", option, name, *wrong));
        read[name] = units;
    }
    return read;
}

/// Both halves of Little's law, or neither.
void require_partner(const figures& of, const figures& in, const std::string& missing) {
    for (const auto& [name, unused] : of)
        if (!in.contains(name))
            throw usage_error(
                fmt::format("{}: is missing for {}: arrivals and the time each "
                            "holds a connection are multiplied",
                            missing, name));
}

}  // namespace

void fit_options::declare(option_set& set) {
    set.flag("--solve", solve, "choose the largest sizes that fit, in the declared proportions");
    set.text("--within", within,
             "with --solve: green keeps 20 % of usable free (default), amber nothing");
}

budget::within fit_options::keeps() const {
    if (within.empty()) return budget::within::green;
    require_one_of(bounds, "--within", within);
    if (!solve) throw usage_error("--within: is read by --solve alone");
    return within == "green" ? budget::within::green : budget::within::amber;
}

void advice_options::declare(option_set& set) {
    set.texts("--rate", rates, "CONSUMER=N: with --solve, arrivals a second of all processes");
    set.texts("--hold", holds, "CONSUMER=MS: with --solve, how long each holds a connection");
    set.text("--cores", cores, "of the database server: how many active connections it likes");
}

std::expected<budget::solution, std::vector<fault>> solve_plan(const chosen_plan& from,
                                                               budget::within keeps) {
    if (budget::sizes_of(from.of).empty())
        return std::unexpected(std::vector{fault{
            0, "consumers", "none names settings, so there is no size that could be chosen"}});
    auto made = budget::solve(from.of, keeps);
    made.title = from.from.title;
    return made;
}

std::optional<budget::knee> read_knee(const std::string& cores) {
    if (cores.empty()) return {};
    budget::knee of;
    if (auto wrong = read_number(cores, 1, budget::cores_max, of.cores))
        throw usage_error("--cores: " + *wrong);
    return of;
}

void advise(budget::solution& on, const advice_options& by) {
    const auto rates = read_figures("--rate", by.rates, budget::rate_max, on.sized);
    const auto holds = read_figures("--hold", by.holds, budget::hold_ms_max, on.sized);
    require_partner(rates, holds, "--hold");
    require_partner(holds, rates, "--rate");
    for (const auto& [name, per_second] : rates)
        on.busy.push_back(budget::occupy(on.sized, {name, per_second, holds.at(name)}));
    on.of_server = read_knee(by.cores);
}

}  // namespace headroom::command
