#include "headroom/persistence/start_decision.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "headroom/budget/exit_code.hpp"

namespace headroom::persistence {
namespace {

constexpr std::size_t holders_named_max = 3;

checked_limit check(const start_limit& limit, const budget::plan& plan) {
    const auto part = bounded_by(limit, plan);
    const auto total = budget::add_up(part).front();
    checked_limit checked{limit, part.resources.front().usable(), total.peak, 0,
                          budget::judge(total)};
    for (const auto& each : part.consumers)
        if (each.when == budget::phase::steady)
            checked.floors += each.pool.value_or(0) * each.instances;
    return checked;
}

std::vector<checked_limit> check_all(const budget::plan& plan,
                                     std::span<const start_limit> limits) {
    std::vector<checked_limit> checks;
    for (const auto& limit : limits)
        if (plan.find_resource(limit.resource) != nullptr) checks.push_back(check(limit, plan));
    return checks;
}

bool is_over(const checked_limit& each) {
    return each.usable && (!each.peak || *each.peak > *each.usable);
}
bool is_unread(const checked_limit& each) { return !each.usable; }
bool is_short_now(const checked_limit& each) {
    return !is_over(each) && each.limit.free && each.floors > *each.limit.free;
}
bool is_tight_now(const checked_limit& each) {
    return !is_over(each) && !is_short_now(each) && each.limit.free && each.peak &&
           *each.peak > *each.limit.free;
}

const checked_limit* first(const std::vector<checked_limit>& checks,
                           bool (*matches)(const checked_limit&)) {
    const auto at = std::ranges::find_if(checks, matches);
    return at == checks.end() ? nullptr : &*at;
}

std::vector<budget::row> largest_rows(const checked_limit& check, const budget::plan& plan) {
    auto rows = budget::add_up(bounded_by(check.limit, plan)).front().rows;
    std::ranges::sort(rows, [](const budget::row& a, const budget::row& b) {
        const auto left = a.total.value_or(UINT64_MAX), right = b.total.value_or(UINT64_MAX);
        return left != right ? left > right : a.name < b.name;
    });
    return rows;
}

std::string named_holders(const std::vector<budget::holding>& holders) {
    std::vector<std::string> names;
    for (const auto& each : holders) {
        if (names.size() == holders_named_max) break;
        names.push_back(fmt::format("{} {}", each.consumer, each.held));
    }
    return fmt::format("{}", fmt::join(names, ", "));
}

std::string smaller(const budget::row& row, std::uint64_t excess) {
    const auto step = (excess + row.times - 1) / std::max<std::uint64_t>(1, row.times);
    const bool enough = row.floor.value_or(0) > step;
    return fmt::format("lower {}{}", row.settings.front(),
                       enough ? fmt::format(" by {}", step) : std::string());
}

/// "lower DATABASE_ASYNC_POOL_SIZE by 23, or raise max_connections to 43".
std::string remedy(const checked_limit& check, const std::vector<budget::row>& rows) {
    std::vector<std::string> ways;
    const auto largest = std::ranges::find_if(
        rows, [](const budget::row& row) { return !row.settings.empty() && row.times > 0; });
    if (largest != rows.end()) ways.push_back(smaller(*largest, *check.peak - *check.usable));
    const auto* of_server =
        check.limit.resource.starts_with("redis") ? "maxclients" : "max_connections";
    ways.push_back(fmt::format(
        "raise {} to {}", check.limit.name == "server" ? of_server
                                                       : "the limit of " + check.limit.name,
        *check.peak + check.limit.reserved));
    return fmt::format("{}", fmt::join(ways, ", or "));
}

std::string unread_line(const checked_limit& each) {
    return fmt::format("{}: the limit of {} is not known: {}", each.limit.resource, each.limit.name,
                       each.limit.why_unknown);
}

std::string short_line(const checked_limit& each) {
    auto line = fmt::format("{}: the floors need {}, {} of {} usable are free now ({})",
                            each.limit.resource, each.floors, *each.limit.free, *each.usable,
                            each.limit.name);
    if (!each.limit.holders.empty()) line += "; held by " + named_holders(each.limit.holders);
    const auto missing = each.floors - *each.limit.free;
    if (each.limit.outgoing >= missing)
        line += fmt::format("; {} are our own system's, which may be on their way out",
                            each.limit.outgoing);
    return line;
}

std::string tight_line(const checked_limit& each) {
    return fmt::format("{}: {} of {} planned units are free now ({}); the rest waits for others",
                       each.limit.resource, *each.limit.free, *each.peak, each.limit.name);
}

void settle(start_decision& answer, start_action act, int exit_code, std::string reason) {
    answer.act = act;
    answer.exit_code = act == start_action::start ? budget::exit_code::ok : exit_code;
    answer.reason = std::move(reason);
}

/// Cuts the plan for each limit in turn; a later cut never makes an earlier limit tight again.
void clamp_all(start_decision& answer, std::span<const start_limit> limits) {
    const auto whole = answer.plan;
    for (const auto& check : answer.checks)
        if (is_over(check)) clamp_to(answer.plan, check.limit);
    answer.cuts = cuts_between(whole, answer.plan);
    answer.checks = check_all(answer.plan, limits);
    for (const auto& each : answer.cuts)
        answer.warnings.push_back(fmt::format("{}{} was cut from {} to {}",
                                              each.reserve ? "the reserve of " : "", each.what,
                                              each.from, each.to));
}

void settle_over(start_decision& answer, const checked_limit& over, budget_policy policy) {
    auto line = over_budget_line(over, answer.plan);
    if (policy == budget_policy::warn) {
        answer.warnings.push_back(line + "; started all the same, no bound is promised");
        return settle(answer, start_action::start, 0, {});
    }
    if (policy == budget_policy::clamp && !answer.cuts.empty())
        line += "; it is at its minimum already";
    const auto act = policy == budget_policy::wait ? start_action::wait : start_action::refuse;
    settle(answer, act, budget::exit_code::refused, std::move(line));
}

void settle_shortage(start_decision& answer, std::string line, budget_policy policy) {
    if (policy == budget_policy::warn) {
        answer.warnings.push_back(line + "; started all the same, no bound is promised");
        return settle(answer, start_action::start, 0, {});
    }
    settle(answer, start_action::wait, budget::exit_code::unavailable, std::move(line));
}

void warn_of_little_room(start_decision& answer) {
    for (const auto& each : answer.checks) {
        if (each.verdict.is == budget::colour::amber)
            answer.warnings.push_back(fmt::format("{}: AMBER, {} ({})", each.limit.resource,
                                                  each.verdict.reason, each.limit.name));
        if (is_tight_now(each)) answer.warnings.push_back(tight_line(each));
    }
}

/// The server's own limit becomes the plan's, so that reports and the ledger speak of the same.
void learn_limits(budget::plan& plan, std::span<const start_limit> limits) {
    for (const auto& limit : limits) {
        const auto at = std::ranges::find(plan.resources, limit.resource, &budget::resource::name);
        if (at == plan.resources.end()) continue;
        auto found = *at;
        found.limit = limit.limit;
        found.reserved = limit.reserved;
        if (!at->usable() || (found.usable() && *found.usable() < *at->usable())) *at = found;
    }
}

}  // namespace

std::string over_budget_line(const checked_limit& check, const budget::plan& plan) {
    const auto rows = largest_rows(check, plan);
    std::vector<std::string> largest;
    for (const auto& row : rows)
        if (largest.size() < holders_named_max)
            largest.push_back(fmt::format("{} {}", row.name, budget::to_text(row.total)));
    if (!check.peak)
        return fmt::format("{}: the plan has no upper bound, {} are usable ({}: {}); unbounded: {}",
                           check.limit.resource, *check.usable, check.limit.name, check.limit.how,
                           largest.front());
    return fmt::format("{}: the plan's sum of {} exceeds {} usable by {} ({}: {}); largest: {}; {}",
                       check.limit.resource, *check.peak, *check.usable,
                       *check.peak - *check.usable, check.limit.name, check.limit.how,
                       fmt::join(largest, ", "), remedy(check, rows));
}

start_decision decide(const budget::plan& plan, std::span<const start_limit> limits,
                      budget_policy policy) {
    start_decision answer;
    answer.plan = plan;
    for (auto& each : answer.plan.resources) each.limit.reset();
    learn_limits(answer.plan, limits);
    answer.checks = check_all(answer.plan, limits);
    if (policy == budget_policy::clamp) clamp_all(answer, limits);
    settle(answer, start_action::start, 0, {});
    // Something to change goes before something to wait for: waiting would not mend it.
    if (const auto* over = first(answer.checks, is_over)) settle_over(answer, *over, policy);
    if (answer.act != start_action::start) return answer;
    if (const auto* unread = first(answer.checks, is_unread))
        settle_shortage(answer, unread_line(*unread), policy);
    else if (const auto* now = first(answer.checks, is_short_now))
        settle_shortage(answer, short_line(*now), policy);
    if (answer.act == start_action::start) warn_of_little_room(answer);
    return answer;
}

}  // namespace headroom::persistence
