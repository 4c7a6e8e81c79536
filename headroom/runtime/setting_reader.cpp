#include "headroom/runtime/setting_reader.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <boost/assert.hpp>

#include "headroom/runtime/quantity.hpp"
#include "headroom/runtime/setting_list.hpp"
#include "headroom/runtime/suggestion.hpp"

namespace headroom {
namespace {

constexpr std::string_view set_but_hidden = "*** (set)";
constexpr std::string_view default_origin = "default";

setting_row row_of(std::string_view name, std::string_view type, std::string fallback,
                   std::string bound, std::string_view doc) {
    return {std::string(name),
            std::string(type),
            std::move(fallback),
            std::move(bound),
            std::string(doc),
            "",
            ""};
}

// Kubernetes puts such variables into every pod beside a service that is called after us.
bool is_service_link(std::string_view name) {
    for (const std::string_view mark : {"_SERVICE_HOST", "_SERVICE_PORT", "_TCP", "_UDP"})
        if (name.contains(mark)) return true;
    return name.ends_with("_PORT");
}

}  // namespace

std::optional<std::string> setting_reader::take(setting_row row, bool is_secret) {
    BOOST_ASSERT_MSG(!sealed_, "settings are read at start, before they are sealed");
    BOOST_ASSERT_MSG(std::ranges::find(rows_, row.variable, &setting_row::variable) == rows_.end(),
                     "a variable is declared once");
    auto found = from_.find(row.variable, faults_, warnings_);
    row.origin = found ? found->source : std::string(default_origin);
    row.effective = row.fallback;
    if (found && !found->value.empty())
        row.effective = is_secret ? set_but_hidden : show_value(found->value);
    rows_.push_back(std::move(row));
    if (!found || found->value.empty()) return {};
    return std::move(found->value);
}

void setting_reader::must(std::string_view bound) {
    auto& row = rows_.back();
    faults_.push_back({row.variable, row.effective, row.origin, fmt::format("must {}", bound), ""});
    row.effective = row.fallback;
}

std::string setting_reader::text(const text_setting& as) {
    const auto value =
        take(row_of(as.name, "text", std::string(as.fallback), std::string(as.bound), as.doc));
    if (!value) return std::string(as.fallback);
    auto broken = as.rule ? as.rule(*value) : std::string();
    if (value->size() > as.length_max)
        broken = fmt::format("have at most {} characters", as.length_max);
    if (broken.empty()) return *value;
    must(broken);
    return std::string(as.fallback);
}

secret setting_reader::hidden(const secret_setting& as) {
    auto value = take(row_of(as.name, "secret", "", "", as.doc), true);
    if (!value) return {};
    const auto broken = as.rule ? as.rule(*value) : std::string();
    secret hidden(std::move(*value));
    secrets_.push_back(hidden);
    if (broken.empty()) return hidden;
    must(broken);
    return {};
}

bool setting_reader::flag(const flag_setting& as) {
    const auto value = take(row_of(as.name, "flag", as.fallback ? "true" : "false", "", as.doc));
    if (!value) return as.fallback;
    const auto parsed = parse_flag(*value);
    if (!parsed) must("be true or false");
    return parsed.value_or(as.fallback);
}

std::optional<unsigned> setting_reader::optional_count(const count_setting& as,
                                                       std::string_view otherwise) {
    auto bound = fmt::format("{} to {}", as.min, as.max);
    const auto value = take(row_of(as.name, "count", std::string(otherwise), bound, as.doc));
    if (!value) return {};
    const auto parsed = parse_number(*value);
    if (parsed && *parsed >= as.min && *parsed <= as.max) return static_cast<unsigned>(*parsed);
    must("be a whole number, " + bound);
    return {};
}

unsigned setting_reader::count(const count_setting& as) {
    BOOST_ASSERT(as.min <= as.fallback && as.fallback <= as.max);
    return optional_count(as, std::to_string(as.fallback)).value_or(as.fallback);
}

std::chrono::milliseconds setting_reader::duration(const duration_setting& as) {
    BOOST_ASSERT(as.min <= as.fallback && as.fallback <= as.max);
    auto bound = fmt::format("{} to {}", to_string(as.min), to_string(as.max));
    const auto value = take(row_of(as.name, "duration", to_string(as.fallback), bound, as.doc));
    if (!value) return as.fallback;
    const auto parsed = parse_duration(*value, as.bare);
    if (parsed && *parsed >= as.min && *parsed <= as.max) {
        rows_.back().effective = to_string(*parsed);
        return *parsed;
    }
    must(fmt::format("be a duration, {}; a bare number counts {}", bound,
                     as.bare.count() == 1 ? "milliseconds" : "seconds"));
    return as.fallback;
}

std::uint64_t setting_reader::size(const size_setting& as) {
    BOOST_ASSERT(as.min <= as.fallback && as.fallback <= as.max);
    auto bound = fmt::format("{} to {}", size_to_string(as.min), size_to_string(as.max));
    const auto value = take(row_of(as.name, "size", size_to_string(as.fallback), bound, as.doc));
    if (!value) return as.fallback;
    const auto parsed = parse_size(*value);
    if (parsed && *parsed >= as.min && *parsed <= as.max) return *parsed;
    must("be a size, " + bound);
    return as.fallback;
}

std::vector<std::string> setting_reader::list(const list_setting& as) {
    auto bound = fmt::format("at most {} items", as.items_max);
    const auto value = take(
        row_of(as.name, "list", fmt::format("{}", fmt::join(as.fallback, ",")), bound, as.doc));
    if (!value) return as.fallback;
    auto items = parse_list(*value, as.items_max);
    if (!items) must("be items between commas, or a JSON array of texts, " + bound);
    return items.value_or(as.fallback);
}

std::size_t setting_reader::choose(setting_row row, const std::vector<std::string_view>& names,
                                   std::size_t fallback) {
    row.fallback = names[fallback];
    row.bound = fmt::format("{}", fmt::join(names, ", "));
    const auto bound = row.bound;
    const auto value = take(std::move(row));
    if (!value) return fallback;
    const auto at = std::ranges::find(names, std::string_view(*value));
    if (at != names.end()) return static_cast<std::size_t>(at - names.begin());
    must("be one of " + bound);
    return fallback;
}

setting_fault setting_reader::about(std::string_view variable, std::string problem,
                                    std::string hint) const {
    const auto at = std::ranges::find(rows_, variable, &setting_row::variable);
    if (at == rows_.end())
        return {std::string(variable), "", from_.source_of(variable), std::move(problem),
                std::move(hint)};
    const bool unset = at->effective.empty() && at->origin == default_origin;
    return {at->variable, at->effective, unset ? "" : at->origin, std::move(problem),
            std::move(hint)};
}

void setting_reader::show(std::string_view variable, std::string masked) {
    const auto at = std::ranges::find(rows_, variable, &setting_row::variable);
    BOOST_ASSERT(at != rows_.end());
    at->effective = std::move(masked);
}

void setting_reader::fault(std::string_view variable, std::string problem, std::string hint) {
    faults_.push_back(about(variable, std::move(problem), std::move(hint)));
}

void setting_reader::warn(std::string_view variable, std::string problem, std::string hint) {
    warnings_.push_back(about(variable, std::move(problem), std::move(hint)));
}

void setting_reader::reject_unknown(std::string_view prefix) {
    std::vector<std::string> known;
    for (const auto& each : rows_) known.push_back(each.variable);
    const auto is_known = [&](std::string_view name) {
        return std::ranges::find(known, name) != known.end();
    };
    for (const auto& name : from_.names()) {
        const auto plain = name.ends_with("_FILE") ? name.substr(0, name.size() - 5) : name;
        if (!name.starts_with(prefix) || is_known(name) || is_known(plain)) continue;
        if (is_service_link(name)) continue;
        const auto meant = nearest(name, known);
        faults_.push_back({name, "", from_.source_of(name), "no such setting",
                           meant.empty() ? "" : fmt::format("did you mean {}?", meant)});
    }
}

std::expected<std::vector<setting_row>, setting_faults> setting_reader::seal(
    std::string_view prefix) {
    BOOST_ASSERT_MSG(!sealed_, "settings are sealed once");
    reject_unknown(prefix);
    sealed_ = true;
    faults_.insert(faults_.begin(), from_.faults().begin(), from_.faults().end());
    if (!faults_.empty()) return std::unexpected(faults_);
    return rows_;
}

}  // namespace headroom
