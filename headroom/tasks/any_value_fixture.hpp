// tasks/any_value_fixture.hpp: values of every kind, for property tests.
#pragma once
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <cmath>
#include <string>

#include "headroom/tasks/wire/value.hpp"
#include "headroom/tasks/wire/wtf8.hpp"

namespace headroom::tasks {

inline std::string any_text() {
    std::string made;
    for (const auto point : *rc::gen::container<std::vector<std::uint32_t>>(rc::gen::oneOf(
             rc::gen::inRange<std::uint32_t>(0, 0x80), rc::gen::inRange<std::uint32_t>(0, 0x3000),
             rc::gen::inRange<std::uint32_t>(0xD7FE, 0xE001),
             rc::gen::inRange<std::uint32_t>(0xFFFE, 0x110000))))
        append_code_point(made, point);
    return made;
}

inline value any_integer() {
    if (*rc::gen::inRange(0, 4) > 0) return *rc::gen::arbitrary<std::int64_t>();
    auto digits = *rc::gen::container<std::string>(rc::gen::inRange('0', '9'));
    digits = (*rc::gen::arbitrary<bool>() ? "-7" : "3") + digits;
    return integer_from(digits).value();
}

inline double any_finite() {
    const auto bits = *rc::gen::arbitrary<std::uint64_t>();
    const auto made = std::bit_cast<double>(bits);
    return std::isfinite(made) ? made : static_cast<double>(bits);
}

/// Whatever JSON carries, at most `depth` deep.
inline value any_value(int depth = 3) {
    switch (*rc::gen::inRange(0, depth > 0 ? 8 : 6)) {
        case 0: return {};
        case 1: return *rc::gen::arbitrary<bool>();
        case 2: return any_integer();
        case 3: return any_finite();
        case 4:
        case 5: return any_text();
        default: break;
    }
    const auto size = *rc::gen::inRange(0, 4);
    if (*rc::gen::arbitrary<bool>()) {
        array made;
        for (int i = 0; i < size; ++i) made.push_back(any_value(depth - 1));
        return made;
    }
    object made;
    for (int i = 0; i < size; ++i) made.set(any_text(), any_value(depth - 1));
    return made;
}

}  // namespace headroom::tasks
