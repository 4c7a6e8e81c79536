// How other processes hear of appends.
#include <algorithm>

#include "headroom/eventsourcing/store_fixture.hpp"

namespace headroom::eventsourcing {
namespace {

using namespace std::chrono_literals;

struct StoreNotify : StoreFixture {
    static constexpr auto interval = 50ms;
    std::vector<std::string> said;  // statements of the process
    std::vector<log_position> heard;
    budget::ledger ledger{"postgres", 1};
    budget::grant grant = ledger.open({"persistence.control", 1, 0}).value();

    void SetUp() override {
        StoreFixture::SetUp();
        process_.emplace(url(), store_bounds{.notify_interval_ms = interval},
                         [this](std::string_view text) { said.emplace_back(text); });
        process_->store().start(soon());
    }
    /// Runs `body` while another connection listens.
    void listening(std::function<task<void>()> body) {
        static constexpr persistence::statement listen("listen headroom_events");
        inside([&]() -> task<void> {
            persistence::connection ear(*reactor::current(), grant.take().value(),
                                        {.application_name = "test"});
            co_await ear.open(persistence::parse_connect_info(url()).value(), soon());
            ear.on_notification([this](const persistence::notification& each) {
                EXPECT_EQ(each.channel, events_channel);
                heard.push_back(std::stoll(each.payload));
            });
            co_await ear.run(listen, {}, soon());
            co_await body();
            co_await ear.close(soon());
        });
    }
};

TEST_F(StoreNotify, TheFirstAppendIsToldAtOnceAndTheLastOnceTheIntervalIsOver) {
    listening([&]() -> task<void> {
        for (int i = 0; i < 5; ++i) co_await store().append(request_of(new_uuid(), 0), soon());
        EXPECT_TRUE(co_await eventually_on_reactor([&] {
            return !heard.empty() && heard.back() == 5;
        }));
        EXPECT_EQ(heard.front(), 1);
    });
}

TEST_F(StoreNotify, UnderLoadThereIsAtMostOneNotifyAnInterval) {
    listening([&]() -> task<void> {
        const auto begun = deadline::clock::now();
        bool enough = false;
        log_position last = 0;
        for (int i = 0; i < 20; ++i)
            beside([&]() -> task<void> {
                while (!enough) {
                    const auto done = co_await store().append(request_of(new_uuid(), 0), soon());
                    last = std::max(last, done.value().last());
                }
            });
        co_await sleep_until(deadline(begun + 10 * interval));
        enough = true;
        co_await all_done();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return heard.back() == last; }));
        const auto took = deadline::clock::now() - begun;
        EXPECT_LE(std::ssize(heard), took / interval + 1);
        EXPECT_EQ(store().figures().notifies, heard.size());
        EXPECT_TRUE(std::ranges::is_sorted(heard));
        EXPECT_GT(store().figures().appends, 100U);
    });
}

TEST_F(StoreNotify, NoAppendCarriesANotifyOrALock) {
    inside([&]() -> task<void> {
        for (int i = 0; i < 3; ++i) co_await store().append(request_of(new_uuid(), 0), soon());
    });
    unsigned appends = 0, notifies = 0;
    for (const auto& each : said) {
        const bool appending = each.contains("insert into headroom_events");
        const bool telling = each.contains("notify");
        appends += appending;
        notifies += telling;
        EXPECT_FALSE(appending && telling);
        EXPECT_FALSE(each.contains("lock")) << each;
    }
    EXPECT_EQ(appends, 3U) << "one statement an append";
    EXPECT_GE(notifies, 1U);
}

}  // namespace
}  // namespace headroom::eventsourcing
