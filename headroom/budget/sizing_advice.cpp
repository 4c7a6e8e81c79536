#include "headroom/budget/sizing_advice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/assert.hpp>

#include "headroom/budget/verdict.hpp"

namespace headroom::budget {
namespace {

using judgement = occupancy::judgement;

// Of a consumer that borrows: its floor, and the reserve of each process.
figure capacity_of(const plan& in, const consumer& each) {
    const auto* of = in.find_resource(each.resource);
    BOOST_ASSERT(of != nullptr);
    figure units;
    for (const auto& row : add_up(in, *of).rows)
        if (row.is_reserve ? each.shared() : row.name == each.name) {
            if (!row.total) return {};
            units = units.value_or(0) + *row.total;
        }
    return units;
}

judgement judge_busy(std::uint64_t busy_thousandths, figure capacity) {
    if (!capacity) return judgement::unknown;
    const auto all = std::min<std::uint64_t>(*capacity, std::uint64_t{1} << 50) * 1000;
    if (busy_thousandths >= all) return judgement::too_few;
    return busy_thousandths > quiet_max(all) ? judgement::tight : judgement::enough;
}

std::string in_units(std::uint64_t thousandths) {
    return thousandths % 1000 == 0 ? fmt::format("{}", thousandths / 1000)
                                   : fmt::format("{:.1f}", static_cast<double>(thousandths) / 1000);
}

}  // namespace

std::string_view to_string(occupancy::judgement of) noexcept {
    switch (of) {
        case judgement::enough:
            return "enough";
        case judgement::tight:
            return "tight";
        case judgement::too_few:
            return "too few";
        case judgement::unknown:
            return "unknown";
    }
    return "unknown";
}

occupancy occupy(const plan& in, const demand& by) {
    const auto* each = in.find_consumer(by.consumer);
    BOOST_ASSERT(each != nullptr);
    occupancy made;
    made.of = by;
    made.resource = each->resource;
    made.busy_thousandths = std::uint64_t{by.per_second} * by.hold_ms;
    made.needed = (made.busy_thousandths + 999) / 1000;
    made.capacity = capacity_of(in, *each);
    made.is = judge_busy(made.busy_thousandths, made.capacity);
    return made;
}

std::string describe(const occupancy& of) {
    return fmt::format("{}/s x {} ms = {} busy on average, {} fit: {}", of.of.per_second,
                       of.of.hold_ms, in_units(of.busy_thousandths), to_text(of.capacity),
                       to_string(of.is));
}

std::string describe(const knee& of) {
    return fmt::format("{} {} most work with {} to {} active connections (2 x {} + 1 disk = {})",
                       of.cores, of.cores == 1 ? "core does" : "cores do", of.least(), of.most(),
                       of.cores, of.best());
}

}  // namespace headroom::budget
