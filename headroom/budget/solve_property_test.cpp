// Whatever the plan: what is chosen fits, and a factor larger by the smallest step would not.
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "headroom/budget/solve.hpp"

namespace headroom::budget {
namespace {

unsigned number(unsigned least, unsigned most) { return *rc::gen::inRange(least, most + 1); }

consumer any_consumer(unsigned index) {
    consumer made;
    made.name = "c" + std::to_string(index);
    made.resource = "postgres";
    made.pool = number(0, 40);
    made.overflow.units = number(0, 40);
    made.instances = number(0, 4);
    made.per = static_cast<multiplicity>(number(0, 2));
    made.when = static_cast<phase>(number(0, 2));
    const auto settings = number(0, 2);
    for (unsigned i = 0; i < settings; ++i)
        made.settings.push_back("S" + std::to_string(number(0, 5)));
    return made;
}

plan any_plan() {
    plan made;
    made.resources = {{"postgres", number(1'000, 9'000), number(0, 10), number(0, 5)}};
    const auto consumers = number(1, 6);
    for (unsigned i = 0; i < consumers; ++i) made.consumers.push_back(any_consumer(i));
    made.times = {number(1, 4), number(1, 4), {number(0, 100), true}, number(0, 2)};
    return made;
}

RC_GTEST_PROP(SolveProperty, WhatItChoosesFitsAndIsAtLeastTheLeast, ()) {
    const auto of = any_plan();
    const auto found = solve(of).resources.front();
    RC_ASSERT(found.is != fitting::outcome::unknown);
    for (const auto& [size, value] : found.sizes) RC_ASSERT(*value >= size.least);
    if (found.is == fitting::outcome::fits) RC_ASSERT(*found.after.peak <= *found.bound);
}

RC_GTEST_PROP(SolveProperty, NoSizeIsFurtherThanAUnitFromTheCommonFactor, ()) {
    const auto found = solve(any_plan()).resources.front();
    if (found.is != fitting::outcome::fits) return;
    for (const auto& [a, x] : found.sizes)
        for (const auto& [b, y] : found.sizes)
            if (*x > a.least + 1 && b.weight > 0)  // x <= factor x a + 1, y > factor x b - 1
                RC_ASSERT((*x - 1) * b.weight < (*y + 1) * a.weight);
}

RC_GTEST_PROP(SolveProperty, AllSizesTogetherCannotGrowByOne, ()) {
    const auto of = any_plan();
    const auto found = solve(of);
    const auto& first = found.resources.front();
    if (first.is != fitting::outcome::fits) return;
    auto larger = found.sized;
    bool grows = false;
    for (const auto& [size, value] : first.sizes) {
        if (size.weight == 0) continue;
        grows = true;
        assign(larger, size, static_cast<unsigned>(*value) + 1);
    }
    const auto peak = peak_of(larger, larger.resources.front());
    // a start phase below its steady one is free to grow, and then the limit binds nothing
    RC_ASSERT(!grows || *peak > *first.bound || *first.after.peak == *peak);
}

}  // namespace
}  // namespace headroom::budget
