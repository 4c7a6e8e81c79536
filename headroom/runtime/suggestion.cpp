#include "headroom/runtime/suggestion.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace headroom {
namespace {

constexpr std::size_t compared_max = 128;

}  // namespace

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> before_last, last(b.size() + 1), row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        before_last = std::exchange(last, row);
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = last[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = std::min({last[j] + 1, row[j - 1] + 1, replaced});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = std::min(row[j], before_last[j - 2] + 1);
        }
    }
    return row[b.size()];
}

std::string nearest(std::string_view mistyped, std::span<const std::string> known) {
    if (mistyped.size() > compared_max) return {};
    std::string best;
    auto best_distance = mistyped.size() / 3 + 1;
    for (const auto& each : known) {
        if (each.size() > compared_max) continue;
        const auto distance = edit_distance(mistyped, each);
        if (distance >= best_distance) continue;
        best = each;
        best_distance = distance;
    }
    return best;
}

}  // namespace headroom
