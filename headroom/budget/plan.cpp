#include "headroom/budget/plan.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace headroom::budget {

figure consumer::max() const noexcept {
    if (!pool || overflow.kind == overflow_kind::unbounded) return {};
    return *pool + (overflow.kind == overflow_kind::fixed ? overflow.units : 0);
}

figure resource::usable() const noexcept {
    if (!limit) return {};
    return *limit > reserved ? *limit - reserved : 0;
}

std::string_view kind_of(std::string_view resource) noexcept {
    return resource.substr(0, resource.find(':'));
}

std::uint64_t surge_terms::of(std::uint64_t replicas) const noexcept {
    return percent ? (replicas * amount + 99) / 100 : amount;
}

std::uint64_t multipliers::replicas_at_peak() const noexcept {
    return std::uint64_t{replicas} + surge.of(replicas) + terminating;
}

std::string to_text(figure exact, figure estimated) {
    if (exact) return fmt::format("{}", *exact);
    return estimated ? fmt::format("~{}", *estimated) : "unknown";
}

const resource* plan::find_resource(std::string_view name) const noexcept {
    const auto at = std::ranges::find(resources, name, &resource::name);
    return at == resources.end() ? nullptr : &*at;
}

const consumer* plan::find_consumer(std::string_view name) const noexcept {
    const auto at = std::ranges::find(consumers, name, &consumer::name);
    return at == consumers.end() ? nullptr : &*at;
}

}  // namespace headroom::budget
