#include "headroom/runtime/runtime.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <functional>

#include "headroom/budget/exit_code.hpp"
#include "headroom/testing/census.hpp"
#include "headroom/testing/eventually.hpp"

namespace headroom {
namespace {

namespace exit_code = budget::exit_code;

// A part made of two functions.
struct sketch : part {
    std::string_view name() const noexcept override { return "sketch"; }
    void start(deadline) override { started(); }
    void stop(deadline) noexcept override { stopped(); }
    std::function<void()> started = [] {}, stopped = [] {};
};

struct runtime_fixture : ::testing::Test {
    runtime_fixture() {
        book.declare(budget::resource{"threads", 1000, 0, 0});
        book.declare(budget::resource{"files", 20'000, 0, 0});
        for (auto& each : consumers(settings)) book.declare(std::move(each));
    }
    const runtime_settings settings;
    budget::book book;
};

using Runtime = runtime_fixture;

TEST_F(Runtime, HoldsALeaseForEveryThreadOfTheProcess) {
    runtime process(book, settings);
    EXPECT_EQ(book.of("threads").held(), 1u + 1u + 2u + 2u);
    EXPECT_TRUE(testing::eventually(
        [&] { return testing::threads() == book.of("threads").held(); }));
    EXPECT_TRUE(book.ghosts().empty());
}

TEST_F(Runtime, DeclaresTheDescriptorsThatAReactorOpens) {
    const auto before = testing::open_files();
    runtime process(book, settings);
    EXPECT_EQ(testing::open_files() - before, descriptors_per_reactor * settings.reactors);
    EXPECT_EQ(book.ceiling("files"), 3u + 3u + 64u);
}

TEST_F(Runtime, GivesEverythingBackWhenItEnds) {
    const auto threads = testing::threads(), files = testing::open_files();
    { runtime process(book, settings); }
    EXPECT_EQ(book.of("threads").held(), 0u);
    EXPECT_EQ(book.of("files").held(), 0u);
    EXPECT_TRUE(testing::eventually([&] { return testing::threads() == threads; }));
    EXPECT_EQ(testing::open_files(), files);
}

TEST_F(Runtime, RefusesWhenItsThreadsDoNotFit) {
    book.restrict("threads", 3);
    EXPECT_THROW(runtime(book, settings), budget::refused);
}

TEST_F(Runtime, StopsItsPartsInOrderAfterASignal) {
    runtime process(book, settings);
    std::string diary;
    sketch one, two;
    one.started = [&] { diary += "+1 "; };
    two.started = [&] {
        diary += "+2 ";
        kill(getpid(), SIGTERM);
    };
    one.stopped = [&] { diary += "-1"; };
    two.stopped = [&] { diary += "-2 "; };
    EXPECT_EQ(process.run({&one, &two}), exit_code::ok);
    EXPECT_EQ(diary, "+1 +2 -2 -1");
}

TEST_F(Runtime, AnswersTheCodeOfWhoeverEndsItFirst) {
    runtime process(book, settings);
    sketch part;
    part.started = [&] {
        process.home().run_blocking([&]() -> task<void> {
            process.end(exit_code::unavailable);
            process.end(exit_code::refused);
            co_return;
        });
    };
    EXPECT_EQ(process.run({&part}), exit_code::unavailable);
}

TEST_F(Runtime, SaysToWhoeverStartsThatAStopIsAskedFor) {
    runtime process(book, settings);
    bool before = true, after = false, seen_by_others = false;
    sketch part;
    part.started = [&] {
        before = process.stop_requested();
        kill(getpid(), SIGINT);
        after = process.stop_requested();
        process.home().run_blocking([&]() -> task<void> {
            seen_by_others = process.stop_requested();
            co_return;
        });
    };
    EXPECT_EQ(process.run({&part}), exit_code::ok);
    EXPECT_FALSE(before);
    EXPECT_TRUE(after);
    EXPECT_TRUE(seen_by_others);
}

TEST_F(Runtime, PassesOnWhatAPartsStartThrew) {
    runtime process(book, settings);
    sketch one, two;
    bool stopped = false;
    one.stopped = [&] { stopped = true; };
    two.started = [] { throw std::out_of_range("planted"); };
    EXPECT_THROW(process.run({&one, &two}), std::out_of_range);
    EXPECT_TRUE(stopped);
}

TEST_F(Runtime, PutsSignalsBackWhenItEnds) {
    sigset_t before, after;
    pthread_sigmask(SIG_SETMASK, nullptr, &before);
    {
        runtime process(book, settings);
        kill(getpid(), SIGTERM);  // nobody waits for it any more
    }
    pthread_sigmask(SIG_SETMASK, nullptr, &after);
    EXPECT_EQ(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
}

// The parts of a process whose drain hangs, in a process of its own.
[[noreturn]] void hang_in_drain(budget::book& book, const runtime_settings& settings,
                                std::function<void()> meanwhile) {
    runtime process(book, settings);
    sketch part;
    part.started = [] { kill(getpid(), SIGTERM); };
    part.stopped = [&] {
        meanwhile();
        testing::eventually([] { return false; }, std::chrono::hours(1));
    };
    process.run({&part});
    _exit(0);
}

using RuntimeDeathTest = runtime_fixture;

TEST_F(RuntimeDeathTest, EndsAtOnceAtASecondSignal) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(hang_in_drain(book, settings, [] { kill(getpid(), SIGINT); }),
                ::testing::ExitedWithCode(128 + SIGINT), "a second signal");
}

TEST(StopSignalsDeathTest, EndTheProgramWhenTheDrainHangs) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(
        {
            stop_signals signals;
            signals.end_program_at_next(std::chrono::milliseconds(1'010));
            testing::eventually([] { return false; }, std::chrono::hours(1));
        },
        ::testing::ExitedWithCode(exit_code::internal), "did not end in time");
}

}  // namespace
}  // namespace headroom
