#include "headroom/persistence/start_failure.hpp"

#include <gtest/gtest.h>

#include "headroom/budget/exit_code.hpp"
#include "headroom/persistence/error.hpp"

namespace headroom::persistence {
namespace {

start_failure of_server(const char* code, const char* text) {
    return explain(std::make_exception_ptr(server_error(code, text)), "app@db:5432/orders");
}

TEST(StartFailure, APoolersRefusalHasARemedyForEveryProgram) {
    const auto why = of_server("08P01", "unsupported startup parameter: options");
    EXPECT_EQ(why.act, start_action::wait);
    EXPECT_EQ(why.exit_code, budget::exit_code::unavailable);
    EXPECT_EQ(why.line,
              "app@db:5432/orders: 08P01: unsupported startup parameter: options; if a pooler "
              "stands between, point the URL at the server itself, or set HEADROOM_DIRECT_URL to "
              "it");
}

TEST(StartFailure, WhatNoWaitingMendsIsRefused) {
    const auto why = of_server("28P01", "password authentication failed");
    EXPECT_EQ(why.act, start_action::refuse);
    EXPECT_EQ(why.exit_code, budget::exit_code::refused);
    EXPECT_EQ(of_server("0A000", "what it cannot do").act, start_action::refuse);
    EXPECT_EQ(of_server("57014", "an operator's hand").act, start_action::wait);
}

}  // namespace
}  // namespace headroom::persistence
