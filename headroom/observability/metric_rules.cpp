#include "headroom/observability/metric_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

namespace headroom::observability {
namespace {

constexpr std::array<std::string_view, 3> histogram_suffixes{"bucket", "count", "sum"};
constexpr std::array<std::string_view, 4> types{"counter", "gauge", "histogram", "summary"};
// Words of a name that stand for a unit other than the base unit, and what to write instead.
constexpr std::array<std::pair<std::string_view, std::string_view>, 17> units{
    {{"ms", "seconds"},
     {"us", "seconds"},
     {"ns", "seconds"},
     {"s", "seconds"},
     {"sec", "seconds"},
     {"milliseconds", "seconds"},
     {"microseconds", "seconds"},
     {"nanoseconds", "seconds"},
     {"minutes", "seconds"},
     {"hours", "seconds"},
     {"days", "seconds"},
     {"kb", "bytes"},
     {"mb", "bytes"},
     {"kilobytes", "bytes"},
     {"megabytes", "bytes"},
     {"bits", "bytes"},
     {"percent", "ratio"}}};
constexpr std::array<std::string_view, 9> unbounded{
    "tenant", "tenant_id", "user", "user_id", "path", "url", "request_id", "trace_id", "email"};

bool is_snake_case(std::string_view name) {
    if (name.empty() || name.front() < 'a' || name.front() > 'z' || name.back() == '_')
        return false;
    return std::ranges::all_of(
        name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

std::vector<std::string_view> words_of(std::string_view name) {
    std::vector<std::string_view> words;
    while (!name.empty()) {
        const auto end = std::min(name.find('_'), name.size());
        words.push_back(name.substr(0, end));
        name.remove_prefix(std::min(end + 1, name.size()));
    }
    return words;
}

template <class List>
bool contains(const List& list, std::string_view word) {
    return std::ranges::find(list, word) != list.end();
}

}  // namespace

std::string check_metric_name(std::string_view name, metric_kind kind) {
    if (!is_snake_case(name)) return fmt::format("{} is not snake_case", name);
    const auto words = words_of(name);
    const bool ends_in_total = words.back() == "total";
    if ((kind == metric_kind::counter) != ends_in_total)
        return fmt::format("{}: _total ends a counter's name and no other", name);
    if (contains(histogram_suffixes, words.back()))
        return fmt::format("{}: _{} is a histogram's own suffix", name, words.back());
    for (const auto word : words) {
        if (contains(types, word)) return fmt::format("{} names its type", name);
        const auto unit = std::ranges::find(units, word, &decltype(units)::value_type::first);
        if (unit != units.end()) return fmt::format("{}: use {} for {}", name, unit->second, word);
    }
    return {};
}

std::string check_label_name(std::string_view name) {
    if (!is_snake_case(name)) return fmt::format("label {} is not snake_case", name);
    if (name == "le" || name == "quantile") return fmt::format("label {} is reserved", name);
    if (contains(unbounded, name)) return fmt::format("label {} has no bound", name);
    return {};
}

}  // namespace headroom::observability
