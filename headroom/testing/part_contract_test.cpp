#include "headroom/testing/part_contract.hpp"

#include <gtest/gtest-spi.h>
#include <gtest/gtest.h>

#include "headroom/testing/run.hpp"

namespace headroom::testing {
namespace {

// A part with one thread, which may forget to give it back.
class one_thread : public part {
public:
    explicit one_thread(bool forgets) : forgets_(forgets) {}
    std::string_view name() const noexcept override { return "one_thread"; }
    void start(deadline) override { inner_.start(threads_.one()); }
    void stop(deadline) noexcept override {
        if (!forgets_) inner_.stop();
    }

private:
    const bool forgets_;
    thread_budget threads_{1};
    reactor inner_;
};

TEST(PartContract, HoldsForAPartThatGivesItsThreadBack) {
    expect_keeps_contract([] { return std::make_unique<one_thread>(false); });
}

TEST(PartContract, IsBrokenByAPartThatLeavesAThreadBehind) {
    ::testing::TestPartResultArray failures;
    {
        ::testing::ScopedFakeTestPartResultReporter catching(&failures);
        expect_keeps_contract([] { return std::make_unique<one_thread>(true); });
    }
    ASSERT_GT(failures.size(), 0);
    EXPECT_NE(
        std::string(failures.GetTestPartResult(0).message()).find("threads left after a stop"),
        std::string::npos);
}

}  // namespace
}  // namespace headroom::testing
