#include "headroom/testing/part_contract.hpp"

#include <gtest/gtest.h>

#include "headroom/testing/census.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::testing {
namespace {

// The system shows a thread for a moment longer than its join lasts.
constexpr std::chrono::milliseconds settling_bound{1'000};

struct possessions {
    std::size_t threads_held = threads(), files_held = open_files();
    bool operator==(const possessions&) const = default;
};

void expect_same(const possessions& before, const char* after_what) {
    eventually([&] { return possessions() == before; }, settling_bound);
    const possessions now;
    EXPECT_EQ(now.threads_held, before.threads_held) << "threads left after " << after_what;
    EXPECT_EQ(now.files_held, before.files_held) << "descriptors left after " << after_what;
}

}  // namespace

void expect_keeps_contract(const std::function<std::unique_ptr<part>()>& make) {
    const possessions without;
    auto one = make();
    EXPECT_FALSE(one->name().empty());
    const possessions at_rest;
    one->stop(soon());
    expect_same(at_rest, "a stop without a start");

    one = make();
    one->start(soon());
    one->stop(soon());
    expect_same(at_rest, "a stop");
    one->stop(soon());
    expect_same(at_rest, "a second stop");

    one = make();
    one->start(soon());
    one.reset();
    expect_same(without, "a destruction without a stop");
}

}  // namespace headroom::testing
