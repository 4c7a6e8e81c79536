#include "headroom/budget/detail/tally.hpp"

#include <algorithm>
#include <limits>

namespace headroom::budget::detail {
namespace {

constexpr auto most = std::numeric_limits<std::uint64_t>::max();

std::uint64_t plus(std::uint64_t a, std::uint64_t b) { return a > most - b ? most : a + b; }

std::uint64_t product(std::uint64_t a, std::uint64_t b) {
    return b != 0 && a > most / b ? most : a * b;
}

template <class Operation>
figure both(figure a, figure b, Operation apply) {
    if (!a || !b) return {};
    return apply(*a, *b);
}

}  // namespace

tally operator+(const tally& a, const tally& b) {
    return {both(a.exact, b.exact, plus), both(a.estimated, b.estimated, plus),
            plus(a.least, b.least)};
}

tally operator*(const tally& each, std::uint64_t times) {
    if (times == 0) return {};
    return {both(each.exact, times, product), both(each.estimated, times, product),
            product(each.least, times)};
}

tally larger(const tally& a, const tally& b) {
    const auto max = [](std::uint64_t x, std::uint64_t y) { return std::max(x, y); };
    return {both(a.exact, b.exact, max), both(a.estimated, b.estimated, max),
            std::max(a.least, b.least)};
}

tally excess(const tally& of, const tally& over) {
    if (of.exact == figure{0}) return {};
    const auto minus = [](std::uint64_t x, std::uint64_t y) { return x > y ? x - y : 0; };
    return {both(of.exact, over.exact, minus), both(of.estimated, over.estimated, minus),
            minus(of.least, over.least)};
}

tally one_of(const consumer& each) {
    const auto max = each.max();
    return {max, max ? max : each.estimate, max ? *max : each.pool.value_or(0)};
}

}  // namespace headroom::budget::detail
