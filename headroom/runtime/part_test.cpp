#include "headroom/runtime/part.hpp"

#include <gtest/gtest.h>

#include <stdexcept>
#include <string>

#include "headroom/testing/soon.hpp"

namespace headroom {
namespace {

// Writes down what happens to it.
class diarist : public part {
public:
    diarist(std::string name, std::string& diary, bool fails = false)
        : name_(std::move(name)), diary_(diary), fails_(fails) {}
    std::string_view name() const noexcept override { return name_; }
    void start(deadline) override {
        diary_ += "+" + name_ + " ";
        if (fails_) throw std::runtime_error(name_ + " fails");
    }
    void stop(deadline until) noexcept override {
        diary_ += "-" + name_ + (until.passed() ? "! " : " ");
    }

private:
    const std::string name_;
    std::string& diary_;
    const bool fails_;
};

using testing::soon;

TEST(PartSequence, StartsInOrderAndStopsInReverse) {
    std::string diary;
    diarist one("one", diary), two("two", diary), three("three", diary);
    part_sequence all({&one, &two, &three});
    all.start(soon());
    all.stop(soon());
    EXPECT_EQ(diary, "+one +two +three -three -two -one ");
}

TEST(PartSequence, StopsOnceAndOnlyWhatWasStarted) {
    std::string diary;
    diarist one("one", diary);
    part_sequence all({&one});
    all.stop(soon());
    EXPECT_EQ(diary, "");
    all.start(soon());
    all.stop(soon());
    all.stop(soon());
    EXPECT_EQ(diary, "+one -one ");
}

TEST(PartSequence, StopsAtOnceWhatRunsWhenAPartCannotStart) {
    std::string diary;
    diarist one("one", diary), two("two", diary, true), three("three", diary);
    part_sequence all({&one, &two, &three});
    EXPECT_THROW(all.start(soon()), std::runtime_error);
    EXPECT_EQ(diary, "+one +two -two! -one! ");
}

}  // namespace
}  // namespace headroom
