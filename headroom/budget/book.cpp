#include "headroom/budget/book.hpp"

#include <algorithm>

namespace headroom::budget {
namespace {

unsigned floor_of(const consumer& each) {
    return static_cast<unsigned>(each.pool.value_or(0)) * each.instances;
}

resource& find(plan& in, std::string_view name) {
    const auto at = std::ranges::find(in.resources, name, &resource::name);
    BOOST_ASSERT_MSG(at != in.resources.end(), "a resource is declared before it is used");
    return *at;
}

}  // namespace

void book::declare(resource of) {
    BOOST_ASSERT_MSG(plan_.find_resource(of.name) == nullptr, "a resource is declared once");
    plan_.resources.push_back(std::move(of));
}

declared book::declare(consumer claimant) {
    BOOST_ASSERT_MSG(plan_.find_consumer(claimant.name) == nullptr, "a consumer has one name");
    BOOST_ASSERT_MSG(plan_.find_resource(claimant.resource) != nullptr, "declare it first");
    plan_.consumers.push_back(std::move(claimant));
    taken_.push_back(false);
    return {plan_.consumers.size() - 1};
}

void book::learn(std::string_view resource, figure limit, unsigned reserved) {
    auto& entry = find(plan_, resource);
    entry.limit = limit;
    entry.reserved = reserved;
}

void book::cut(std::string_view named, unsigned pool) {
    const auto at = std::ranges::find(plan_.consumers, named, &consumer::name);
    BOOST_ASSERT(at != plan_.consumers.end() && pool <= at->pool.value_or(0));
    at->pool = pool;
}

void book::cut_reserve(std::string_view resource, unsigned reserve) {
    auto& entry = find(plan_, resource);
    BOOST_ASSERT(reserve <= entry.reserve);
    entry.reserve = reserve;
}

unsigned book::ceiling(std::string_view resource) const {
    const auto* entry = plan_.find_resource(resource);
    BOOST_ASSERT(entry != nullptr);
    unsigned units = entry->reserve;
    for (const auto& each : plan_.consumers) {
        if (each.resource != resource || each.when != phase::steady) continue;
        units += floor_of(each);
        if (each.overflow.kind == overflow_kind::fixed)
            units += each.overflow.units * each.instances;
    }
    return units;
}

ledger& book::of(std::string_view resource) {
    std::scoped_lock lock(mutex_);
    if (const auto at = ledgers_.find(resource); at != ledgers_.end()) return *at->second;
    const auto cap = restricted_.find(resource);
    const auto units = cap == restricted_.end() ? ceiling(resource) : cap->second;
    auto made = std::make_unique<ledger>(std::string(resource), units);
    return *ledgers_.emplace(std::string(resource), std::move(made)).first->second;
}

void book::restrict(std::string_view resource, unsigned born_with) {
    std::scoped_lock lock(mutex_);
    BOOST_ASSERT_MSG(!ledgers_.contains(resource), "restricted before it is first used");
    restricted_.insert_or_assign(std::string(resource), born_with);
}

result<void> book::open_ledgers() {
    for (const auto& each : plan_.resources)
        if (auto done = of(each.name).resize(ceiling(each.name)); !done) return done;
    return {};
}

result<grant> book::take(declared which) {
    BOOST_ASSERT(which.index < plan_.consumers.size());
    const auto& each = plan_.consumers[which.index];
    const auto& shared = *plan_.find_resource(each.resource);
    const unsigned burst =
        each.shared() ? std::min(shared.reserve,
                                 each.overflow.units == 0 ? shared.reserve : each.overflow.units)
                      : each.overflow.units * each.instances;
    auto& book = of(each.resource);
    {
        std::scoped_lock lock(mutex_);
        BOOST_ASSERT_MSG(!taken_[which.index], "a grant is taken once");
        taken_[which.index] = true;
    }
    auto opened = book.open(
        {each.name, floor_of(each), burst, each.waits_on_nobody, each.served_first});
    if (!opened) {
        std::scoped_lock lock(mutex_);
        taken_[which.index] = false;  // a refused grant may be asked for again
    }
    return opened;
}

result<grant> book::take(std::string_view named) {
    const auto at = std::ranges::find(plan_.consumers, named, &consumer::name);
    BOOST_ASSERT_MSG(at != plan_.consumers.end(), "a consumer is declared before it is taken");
    return take(declared{static_cast<std::size_t>(at - plan_.consumers.begin())});
}

std::vector<std::string> book::ghosts() const {
    std::scoped_lock lock(mutex_);
    std::vector<std::string> names;
    for (std::size_t i = 0; i < taken_.size(); ++i)
        if (!taken_[i] && plan_.consumers[i].when == phase::steady)
            names.push_back(plan_.consumers[i].name);
    return names;
}

std::vector<ledger_snapshot> book::snapshot() const {
    std::scoped_lock lock(mutex_);
    std::vector<ledger_snapshot> all;
    for (const auto& [name, each] : ledgers_) all.push_back(each->snapshot());
    return all;
}

}  // namespace headroom::budget
