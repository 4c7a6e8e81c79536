#include "headroom/eventsourcing/detail/failure.hpp"

#include <gtest/gtest.h>

#include "headroom/budget/refusal.hpp"
#include "headroom/persistence/error.hpp"

namespace headroom::eventsourcing::detail {
namespace {

using kind = failure::kind;

template <class Exception>
failure of(const Exception& thrown) {
    return explain_failure(std::make_exception_ptr(thrown));
}

TEST(Failure, BlamesAnEventForWhatTheServerRefusesForGood) {
    for (const auto* code : {"22001", "22P02", "23505", "42703", "42501", "P0001"})
        EXPECT_EQ(of(persistence::server_error(code, "no")).what, kind::permanent) << code;
    EXPECT_EQ(of(std::invalid_argument("not JSON")).what, kind::permanent);
}

TEST(Failure, BlamesTheServerForWhatPasses) {
    for (const auto* code : {"40001", "40P01", "53100", "53300", "57P01", "57014", "25006", ""})
        EXPECT_EQ(of(persistence::server_error(code, "no")).what, kind::transient) << code;
    EXPECT_EQ(of(persistence::connection_lost("gone", true)).what, kind::transient);
    EXPECT_EQ(of(budget::refused({})).what, kind::transient);
    EXPECT_EQ(of(persistence::deadline_passed("late")).what, kind::overdue);
}

TEST(Failure, LeavesADivisionByZeroToTheCheckpoint) {
    EXPECT_EQ(of(persistence::server_error("22012", "division by zero")).what, kind::fenced);
}

TEST(Failure, KeepsReasonsShortAndPrintable) {
    const auto reason = as_reason(std::string(1'000, 'x') + "\n");
    EXPECT_EQ(reason.size(), reason_bytes_max);
    EXPECT_EQ(as_reason(std::string_view("a\0b\n\xff", 5)), "a?b??");
}

}  // namespace
}  // namespace headroom::eventsourcing::detail
