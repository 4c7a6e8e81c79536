// A feed beside many writers that hold, hang, roll back and lock, each on a plain connection.
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <algorithm>
#include <random>
#include <thread>

#include "headroom/eventsourcing/feed_fixture.hpp"

namespace headroom::eventsourcing {
namespace {

using namespace std::chrono_literals;
using wall = std::chrono::system_clock;

constexpr int writers = 32;
constexpr int lockers = 3;  // of them lock the table first, as the Python library does
constexpr int streams_each = 4;

int from_environment(const char* name, int otherwise) {
    const char* wanted = std::getenv(name);
    return wanted != nullptr ? std::atoi(wanted) : otherwise;
}
/// HEADROOM_SOAK_EVENTS=1000000 for the long run.
int soak_events() { return from_environment("HEADROOM_SOAK_EVENTS", 20'000); }
/// Appends a second beside a foreign transaction, in all. HEADROOM_SOAK_RATE=0: as many as can be.
int soak_rate() { return from_environment("HEADROOM_SOAK_RATE", 1'000); }
/// HEADROOM_SOAK_SECONDS=60 for the long run.
std::chrono::seconds foreign_hold() {
    return std::chrono::seconds(from_environment("HEADROOM_SOAK_SECONDS", 3));
}
/// Of the writer that hangs. HEADROOM_SOAK_HANG_MS=3000 for the long run.
std::chrono::milliseconds hang() {
    return std::chrono::milliseconds(from_environment("HEADROOM_SOAK_HANG_MS", 500));
}

class plain_connection {
public:
    explicit plain_connection(const std::string& url)
        : handle_(PQconnectdb(url.c_str()), &PQfinish) {
        run("set idle_in_transaction_session_timeout = 0");
    }
    void run(const std::string& text) {
        const std::unique_ptr<PGresult, decltype(&PQclear)> answer(
            PQexec(handle_.get(), text.c_str()), &PQclear);
        if (PQresultStatus(answer.get()) != PGRES_COMMAND_OK &&
            PQresultStatus(answer.get()) != PGRES_TUPLES_OK)
            throw std::runtime_error(PQerrorMessage(handle_.get()));
    }

private:
    const std::unique_ptr<PGconn, decltype(&PQfinish)> handle_;
};

/// Appends to streams of its own: singly, or several streams in one transaction that is held for
/// up to 3 ms and in one of twenty cases rolled back. One of 250 that it holds, it holds for
/// `hangs`, if any.
class writer {
public:
    writer(const std::string& url, int number, std::chrono::milliseconds hangs = {})
        : on_(url), number_(number), hangs_(hangs), random_(static_cast<unsigned>(number)) {}

    /// Returns how many events it committed.
    int append_some() {
        if (number_ >= lockers && chance(2)) {
            on_.run(insert_into(pick(streams_each), 1));
            return 1;
        }
        on_.run("begin");
        if (number_ < lockers) on_.run("lock table headroom_events in exclusive mode");
        const auto before = versions_;
        int count = 0;
        for (int stream = pick(streams_each); stream < streams_each; ++stream) {
            const int events = 1 + pick(4);
            on_.run(insert_into(stream, events));
            count += events;
        }
        on_.run("select pg_sleep(" + std::to_string(held_ms()) + " / 1000.0)");
        const bool keeps = !chance(20);
        on_.run(keeps ? "commit" : "rollback");
        if (keeps) return count;
        versions_ = before;
        return 0;
    }

private:
    int pick(int below) { return std::uniform_int_distribution(0, below - 1)(random_); }
    bool chance(int of) { return pick(of) == 0; }
    std::int64_t held_ms() {
        const bool hanging = hangs_.count() > 0 && ++held_ % 250 == 30;
        return hanging ? hangs_.count() : pick(4);
    }

    std::string insert_into(int stream, int events) {
        auto& version = versions_[static_cast<std::size_t>(stream)];
        const auto first = version + 1;
        version += events;
        return "insert into headroom_events (originator_id, originator_version, topic, state) "
               "select lpad('" + std::to_string(number_ * streams_each + stream) +
               "', 32, '0')::uuid, v, 'shop:Order.Placed', convert_to(repeat('x', 200), 'UTF8') "
               "from generate_series(" + std::to_string(first) + ", " + std::to_string(version) +
               ") v order by v";
    }

    plain_connection on_;
    const int number_;
    const std::chrono::milliseconds hangs_;
    int held_ = 0;
    std::minstd_rand random_;
    std::array<int, streams_each> versions_{};
};

/// What a reader saw, and how long after it was recorded.
struct seen_events {
    std::vector<log_position> positions;
    std::map<stream_id, stream_version> streams;
    std::vector<double> ages_ms;
    bool streams_in_order = true;

    void add(const recorded_event& each) {
        positions.push_back(each.position);
        streams_in_order &= each.version == ++streams[each.stream];
        const auto age = wall::now() - each.recorded_at;
        ages_ms.push_back(std::chrono::duration<double, std::milli>(age).count());
    }
    double age_ms(double quantile) {
        std::ranges::sort(ages_ms);
        const auto last = static_cast<double>(ages_ms.size() - 1);
        return ages_ms[static_cast<std::size_t>(quantile * last)];
    }
};

class FeedSoak : public StoreFixture {
protected:
    void SetUp() override {
        StoreFixture::SetUp();
        feeding.emplace(url());
        feeding->start();
    }
    std::string owners_url() const {
        return server().url(testing::private_postgres::superuser, database);
    }
    std::vector<log_position> committed() const {
        std::vector<log_position> all;
        for (const auto& each :
             server().sql("select notification_id from headroom_events order by 1", database))
            all.push_back(std::stoll(each[0]));
        return all;
    }
    /// Its transaction has written elsewhere, and stays open.
    std::unique_ptr<plain_connection> open_elsewhere() const {
        server().sql("create table elsewhere (n int)", database);
        auto foreign = std::make_unique<plain_connection>(owners_url());
        foreign->run("begin; insert into elsewhere values (1); select txid_current()");
        return foreign;
    }
    /// Runs writers until `goes_on` is false, then tells the last position there will be. Each
    /// appends once in `pace`, if there is one, and catches up when it was held up.
    template <class GoesOn>
    std::jthread write(int first, int count, std::chrono::milliseconds hangs, GoesOn goes_on,
                       std::chrono::microseconds pace = 0us) {
        last = not_known_yet;
        return std::jthread([this, first, count, hangs, goes_on, pace] {
            std::vector<std::jthread> each;
            for (int i = first; i < first + count; ++i)
                each.emplace_back([this, i, goes_on, pace, own = i == writers - 1 ? hangs : 0ms] {
                    auto turn = deadline::clock::now();
                    for (writer one(owners_url(), i, own); goes_on();
                         std::this_thread::sleep_until(turn += pace))
                        done += one.append_some();
                });
            each.clear();
            last = std::stoll(server().value("select max(notification_id) from headroom_events",
                                             database));
        });
    }
    /// Everything up to a head that is the last there will be.
    seen_events read_all() {
        seen_events seen;
        feeding->run([&]() -> task<void> {
            log_position after = 0;
            while (after < last) {
                const auto page =
                    co_await feeding->feed().next(after, 1000, deadline::after(100ms));
                for (const auto& each : page.events()) seen.add(each);
                after = page.through();
            }
        });
        return seen;
    }
    void record(const std::string& what, double figure) {
        RecordProperty(what, std::to_string(figure));
    }
    void record_ages(seen_events& of) {
        record("events", static_cast<double>(of.positions.size()));
        record("age_p50_ms", of.age_ms(0.5));
        record("age_p99_ms", of.age_ms(0.99));
        record("age_max_ms", of.age_ms(1.0));
    }

    static constexpr log_position not_known_yet = INT64_MAX;
    std::atomic<int> done{0};  // events that were committed
    std::atomic<log_position> last{not_known_yet};
    std::optional<feed_process> feeding;
};

TEST_F(FeedSoak, WhatThirtyTwoWritersCommitIsDeliveredOnceAndInOrder) {
    const auto foreign = open_elsewhere();
    const auto begun = wall::now();
    const auto all = write(0, writers, hang(), [this] { return done < soak_events(); });
    auto seen = read_all();
    const std::chrono::duration<double> took = wall::now() - begun;
    EXPECT_EQ(seen.positions, committed());
    EXPECT_TRUE(seen.streams_in_order);
    const auto counted = feeding->feed().figures();
    EXPECT_GT(counted.holes, 0U) << "otherwise it proves nothing";
    EXPECT_GT(counted.dead, 0U);
    EXPECT_GE(seen.age_ms(1.0), static_cast<double>(hang().count())) << "behind who hangs";
    record_ages(seen);
    record("events_per_second", static_cast<double>(seen.positions.size()) / took.count());
    record("holes", static_cast<double>(counted.holes));
    record("dead", static_cast<double>(counted.dead));

    const auto again = wall::now();
    EXPECT_EQ(read_all().positions, seen.positions) << "far behind, over the catch-up lane";
    const std::chrono::duration<double> caught_up = wall::now() - again;
    record("catch_up_per_second",
           static_cast<double>(seen.positions.size()) / caught_up.count());
    EXPECT_LE(feeding->feed().figures().memory_bytes, feed_bounds{}.memory_bytes_max);
}

TEST_F(FeedSoak, AForeignTransactionThatStaysOpenDelaysNobody) {
    const auto foreign = open_elsewhere();
    const auto end = wall::now() + foreign_hold();
    constexpr int paced_writers = 8;
    const auto pace = soak_rate() > 0 ? 1'000'000us * paced_writers / soak_rate() : 0us;
    const auto all = write(lockers, paced_writers, 0ms, [end] { return wall::now() < end; }, pace);
    auto seen = read_all();
    foreign->run("commit");
    EXPECT_EQ(seen.positions, committed());
    EXPECT_LT(seen.age_ms(0.99), 100.0);
    record_ages(seen);
    record("events_per_second", static_cast<double>(seen.positions.size()) /
                                    std::chrono::duration<double>(foreign_hold()).count());
}

TEST_F(FeedSoak, AnIdleFeedHandsOutAnAppendWithinMilliseconds) {
    feeding->store().on_appended([this](log_position last) { feeding->feed().poke(last); });
    std::vector<double> after_append, with_append;
    feeding->run([&]() -> task<void> {
        log_position after = 0;
        for (int i = 0; i < 300; ++i) {
            const auto begun = deadline::clock::now();
            EXPECT_TRUE((co_await feeding->store().append(request_of(new_uuid(), 0), soon()))
                            .has_value());
            const auto appended = deadline::clock::now();
            after = (co_await feeding->feed().next(after, 10, soon())).through();
            using ms = std::chrono::duration<double, std::milli>;
            after_append.push_back(ms(deadline::clock::now() - appended).count());
            with_append.push_back(ms(deadline::clock::now() - begun).count());
        }
    });
    std::ranges::sort(after_append);
    std::ranges::sort(with_append);
    record("p50_ms", after_append[150]);
    record("p99_ms", after_append[297]);
    record("with_append_p50_ms", with_append[150]);
    EXPECT_LT(after_append[150], 2.0);
}

}  // namespace
}  // namespace headroom::eventsourcing
