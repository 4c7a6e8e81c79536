#include "headroom/budget/sizes.hpp"

#include <algorithm>
#include <boost/assert.hpp>
#include <optional>

namespace headroom::budget {
namespace {

using figure_of = sized_part::figure_of;

/// What one reader says of a size.
struct statement {
    std::string setting, name;
    sized_part part;
    figure declared;
    unsigned weight = 0, least = 0;
};

unsigned narrowed(std::uint64_t units) {
    return static_cast<unsigned>(std::min<std::uint64_t>(units, figure_max));
}

statement of_pool(const consumer& each, std::size_t index) {
    const auto weight = narrowed(each.pool.value_or(each.estimate.value_or(1)));
    const auto least = each.pool == figure{0} ? 0 : each.minimum;
    return {
        each.settings[0], each.name + ".pool", {figure_of::pool, index}, each.pool, weight, least};
}

// An unbounded overflow weighs what its owner guessed beyond the pool, or as much as the pool.
statement of_overflow(const consumer& each, std::size_t index) {
    const auto pool = each.pool.value_or(1);
    const bool bounded = each.overflow.kind == overflow_kind::fixed;
    const auto guess = each.estimate && *each.estimate > pool ? *each.estimate - pool
                                                              : std::max<std::uint64_t>(pool, 1);
    const auto weight = bounded ? each.overflow.units : narrowed(guess);
    const unsigned least = weight > 0 && pool == 0 ? 1 : 0;  // with no pool, one must remain
    return {each.settings[1],
            each.name + ".overflow",
            {figure_of::overflow, index},
            bounded ? figure(each.overflow.units) : figure(),
            weight,
            least};
}

statement of_reserve(const resource& each, std::size_t index) {
    return {each.reserve_setting, each.name + ".reserve", {figure_of::reserve, index},
            each.reserve,         each.reserve,           each.reserve > 0 ? 1U : 0U};
}

void enter(std::vector<size>& all, const statement& says) {
    auto at = std::ranges::find(all, says.setting, &size::setting);
    const bool first = at == all.end();
    if (first) at = all.insert(at, {says.setting, {}, {}, says.declared, true, 0, 0});
    at->parts.push_back(says.part);
    at->names.push_back(says.name);
    at->agreed = at->agreed && (first || at->declared == says.declared);
    at->declared = std::max(at->declared, says.declared);  // none is less than any number
    at->weight = std::max(at->weight, says.weight);
    at->least = std::max(at->least, says.least);
}

}  // namespace

std::vector<size> sizes_of(const plan& of) {
    std::vector<size> all;
    for (std::size_t i = 0; i < of.consumers.size(); ++i) {
        const auto& each = of.consumers[i];
        if (!each.settings.empty()) enter(all, of_pool(each, i));
        if (each.settings.size() > 1 && !each.shared()) enter(all, of_overflow(each, i));
    }
    for (std::size_t i = 0; i < of.resources.size(); ++i)
        if (!of.resources[i].reserve_setting.empty()) enter(all, of_reserve(of.resources[i], i));
    return all;
}

void assign(plan& in, const size& which, unsigned value) {
    BOOST_ASSERT(value <= figure_max);
    for (const auto& [what, index] : which.parts) switch (what) {
            case figure_of::pool:
                in.consumers[index].pool = value;
                break;
            case figure_of::overflow:
                in.consumers[index].overflow = {overflow_kind::fixed, value};
                break;
            case figure_of::reserve:
                in.resources[index].reserve = value;
                break;
        }
}

bool matters(const plan& in, const size& which, std::string_view resource) {
    return std::ranges::any_of(which.parts, [&](const sized_part& each) {
        if (each.what == figure_of::reserve) return in.resources[each.index].name == resource;
        const auto& reader = in.consumers[each.index];
        return reader.resource == resource && reader.instances > 0;
    });
}

}  // namespace headroom::budget
