// The rules of looking again and again, with an eye that sees what a test tells it to.
#include "headroom/fleet/server_watch.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headroom::fleet {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::SizeIs;

struct scene {
    std::uint64_t clients = 3;
    bool fails = false, gone = true;
    int exit_code = 75;
    unsigned looks = 0, anew = 0, counts = 0, left = 0;
    std::function<void(const scene&)> each = [](const scene&) {};
};

class scripted_eye {
public:
    using facts = std::uint64_t;
    explicit scripted_eye(scene& of) : of_(of) {}

    facts look(const facts* before, deadline) {
        ++of_.looks;
        if (before == nullptr) ++of_.anew;
        return seen();
    }
    std::optional<client_count> count(deadline) {
        ++of_.counts;
        const auto clients = seen();
        return client_count{clients, clients};
    }
    look_failure explain(const std::exception_ptr&) const { return {"db: gone", of_.exit_code}; }
    bool gone() const { return of_.gone; }
    void leave() { ++of_.left; }

private:
    std::uint64_t seen() {
        of_.each(of_);
        if (of_.fails) throw std::runtime_error("gone");
        return of_.clients;
    }
    scene& of_;
};

class ServerWatch : public ::testing::Test {
protected:
    static census count(const std::uint64_t& clients) {
        census made;
        made.add(counted_by::total, {}, clients);
        return made;
    }
    void look_on_for(std::chrono::milliseconds time) {
        watch.look_on({1ms, deadline::after(time), 1s}, stop);
    }
    scene now;
    look_stop stop;
    server_watch<scripted_eye> watch{count, now};
};

TEST_F(ServerWatch, OfASingleLookIsThatLook) {
    EXPECT_TRUE(watch.look_first(deadline::after(1s)));
    const auto seen = watch.seen();
    EXPECT_EQ(*seen.latest, 3u);
    EXPECT_EQ(seen.most.looks(), 1u);
    EXPECT_FALSE(seen.failure);
}

TEST_F(ServerWatch, SaysWhyTheFirstLookFailed) {
    now.fails = true;
    EXPECT_FALSE(watch.look_first(deadline::after(1s)));
    const auto seen = watch.seen();
    const auto outcome = outcome_of("db", seen.latest != nullptr, seen.failure, seen.most, {});
    EXPECT_EQ(outcome.error, "db: gone");
    EXPECT_EQ(outcome.lost, "");
    EXPECT_EQ(outcome.exit_code, 75);
}

TEST_F(ServerWatch, KeepsThePeakOfWhatCameAndWent) {
    watch.look_first(deadline::after(1s));
    now.clients = 8;
    look_on_for(20ms);
    now.clients = 1;
    look_on_for(20ms);
    EXPECT_EQ(*watch.seen().latest, 1u);
    EXPECT_EQ(watch.seen().most.of(counted_by::total).most, 8u);
    EXPECT_EQ(now.anew, 1u) << "settings are read once";
}

TEST_F(ServerWatch, CountsBetweenTwoListsOfManyClients) {
    now.clients = 1'000;
    watch.look_first(deadline::after(1s));
    look_on_for(100ms);
    EXPECT_EQ(now.looks, 3u) << "the first, the next and the last: a pause of 3 s";
    EXPECT_GT(now.counts, 5u);
    EXPECT_EQ(watch.seen().most.lists(), 3u);
    EXPECT_EQ(watch.seen().most.looks(), 3u + now.counts);
}

TEST_F(ServerWatch, ListsAPeakThatACountHasMet) {
    now.clients = 100;
    watch.look_first(deadline::after(1s));
    now.each = [&](const scene& of) {
        if (of.counts == 3) now.clients = 120;
        if (of.looks == 3 && now.clients == 120) now.clients = 90;
    };
    look_on_for(150ms);
    EXPECT_EQ(now.looks, 4u) << "the peak as well, 30 ms after the list before it";
    EXPECT_EQ(watch.seen().most.of(counted_by::total).most, 120u);
    EXPECT_EQ(watch.seen().most.of(counted_by::total).now, 90u);
}

TEST_F(ServerWatch, ReportsWhatWasSeenOfAServerThatIsLost) {
    watch.look_first(deadline::after(1s));
    now.fails = true;
    look_on_for(20ms);
    const auto seen = watch.seen();
    const auto outcome =
        outcome_of("db", seen.latest != nullptr, seen.failure, seen.most, seen.outages);
    EXPECT_THAT(outcome.lost, HasSubstr("db: gone; not seen after"));
    EXPECT_EQ(outcome.error, "");
    ASSERT_THAT(seen.outages, SizeIs(1));
    EXPECT_FALSE(seen.outages[0].until);
    EXPECT_EQ(seen.most.of(counted_by::total).most, 3u);
}

TEST_F(ServerWatch, OpensNothingBeforeTheEndOfTheOldConnectionIsKnown) {
    watch.look_first(deadline::after(1s));
    now.fails = true;
    now.gone = false;
    look_on_for(20ms);
    now.fails = false;
    const auto before = now.looks + now.counts;
    look_on_for(1100ms);
    EXPECT_EQ(now.looks + now.counts, before);
    now.gone = true;
    look_on_for(20ms);
    EXPECT_GT(now.looks + now.counts, before);
    EXPECT_EQ(now.anew, 2u) << "another connection, perhaps another server";
    ASSERT_THAT(watch.seen().outages, SizeIs(1));
    EXPECT_TRUE(watch.seen().outages[0].until);
    EXPECT_FALSE(watch.seen().failure);
}

TEST_F(ServerWatch, AsksOncePerSecondWhetherAServerIsBack) {
    watch.look_first(deadline::after(1s));
    now.fails = true;
    look_on_for(200ms);
    EXPECT_LE(now.looks + now.counts, 3u);
}

TEST_F(ServerWatch, DoesNotRepeatWhatWasRefused) {
    watch.look_first(deadline::after(1s));
    now.fails = true;
    now.exit_code = 78;
    look_on_for(20ms);
    const auto before = now.looks + now.counts;
    look_on_for(1100ms);
    EXPECT_EQ(now.looks + now.counts, before);
}

TEST_F(ServerWatch, EndsAtOnceWhenItIsToldTo) {
    watch.look_first(deadline::after(1s));
    stop.now();
    const auto begun = deadline::clock::now();
    look_on_for(10s);
    EXPECT_LT(deadline::clock::now() - begun, 5s);
    watch.leave();
    EXPECT_EQ(now.left, 1u);
}

}  // namespace
}  // namespace headroom::fleet
