// A feed whose connections, network and server fail: nothing is lost, nothing comes twice.
#include <gmock/gmock.h>
#include <libpq-fe.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "headroom/eventsourcing/feed_fixture.hpp"
#include "headroom/testing/tcp_fault_proxy.hpp"

namespace headroom::eventsourcing {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::private_postgres;
using testing::tcp_fault_proxy;
using wall = std::chrono::steady_clock;

constexpr char one_event_text[] =
    "insert into headroom_events (originator_id, originator_version, topic, state) "
    "values (gen_random_uuid(), 1, 'shop:Order.Placed', '{}')";

/// Appends an event after the other until it is told to stop, connecting again where it must.
class restless_writer {
public:
    explicit restless_writer(std::string url)
        : url_(std::move(url)), thread_([this](std::stop_token stop) { run(stop); }) {}

private:
    using handle = std::unique_ptr<PGconn, decltype(&PQfinish)>;
    void run(const std::stop_token& stop) const {
        while (!stop.stop_requested()) {
            handle on(nullptr, &PQfinish);
            eventually([&] {
                on.reset(PQconnectdb(url_.c_str()));
                return stop.stop_requested() || PQstatus(on.get()) == CONNECTION_OK;
            });
            while (!stop.stop_requested() && PQstatus(on.get()) == CONNECTION_OK)
                PQclear(PQexec(on.get(), one_event_text));
        }
    }

    const std::string url_;
    std::jthread thread_;
};

class FeedFaults : public StoreFixture {
protected:
    /// A server of the test's own, since it is restarted.
    static private_postgres& restarted() {
        static private_postgres one({.settings = {{"max_connections", "60"}}, .loopback = true});
        return one;
    }
    std::string fresh_database(private_postgres& on) const {
        auto name = on.create_database();
        prepare(on, name);
        return name;
    }
    std::string owners_url() const { return server().url(private_postgres::superuser, database); }
    /// By a way of its own: what fails is the network of the service.
    void insert(int count) const {
        for (int i = 0; i < count; ++i) server().sql(one_event_text, database);
    }
    static std::string through(const tcp_fault_proxy& network, const std::string& database) {
        return "postgresql://headroom_app@127.0.0.1:" + std::to_string(network.port()) + "/" +
               database;
    }
    feed_process& started(const std::string& by, const std::string& control_by) {
        feeding.emplace(by, feed_bounds{}, control_by);
        feeding->start();
        return *feeding;
    }
    bool reaches(log_position head, std::chrono::milliseconds bound = 10s) {
        return eventually([&] { return feeding->feed().head() >= head; }, bound);
    }
    /// Of the feed or of control.
    void kill_backend(std::string_view of) const {
        for (const auto& each : server().backends())
            if (each.database == database && each.application_name.ends_with(of))
                server().terminate(each.pid);
    }
    /// What a reader is handed up to there.
    std::vector<log_position> all_from_feed(log_position last) {
        std::vector<log_position> seen;
        feeding->run([&]() -> task<void> {
            const auto until = deadline::after(20s);
            for (log_position after = 0; after < last && !until.passed();) {
                const auto page = co_await feeding->feed().next(after, 1000, until);
                for (const auto& each : page.events())
                    if (each.position <= last) seen.push_back(each.position);
                after = page.through();
            }
        });
        return seen;
    }
    static std::vector<log_position> committed(const private_postgres& on,
                                               const std::string& database) {
        std::vector<log_position> all;
        for (const auto& each :
             on.sql("select notification_id from headroom_events order by 1", database))
            all.push_back(std::stoll(each[0]));
        return all;
    }
    void expect_all_delivered(const private_postgres& on, const std::string& database) {
        const auto all = committed(on, database);
        ASSERT_FALSE(all.empty());
        EXPECT_TRUE(reaches(all.back()));
        EXPECT_EQ(all_from_feed(all.back()), all);
    }

    std::optional<feed_process> feeding;
};

TEST_F(FeedFaults, BackendsThatAreKilledUnderLoadCostNoEvent) {
    started(url(), url());
    {
        const restless_writer busy(owners_url());
        for (int i = 0; i < 5; ++i) {
            kill_backend("/eventsourcing.feed");
            kill_backend("/persistence.control");
            EXPECT_TRUE(reaches(feeding->feed().head() + 20, 1s)) << "after kill " << i;
        }
    }
    expect_all_delivered(server(), database);
}

TEST_F(FeedFaults, ALookAfterAKilledListenerNeedsNoFurtherAppend) {
    started(url(), url());
    kill_backend("/persistence.control");
    insert(1);
    EXPECT_TRUE(reaches(1, 1s));
}

TEST_F(FeedFaults, AServerThatRestartsUnderLoadLosesNoEvent) {
    auto& on = restarted();
    const auto name = fresh_database(on);
    started(on.url("headroom_app", name), on.url("headroom_app", name));
    {
        const restless_writer busy(on.url(private_postgres::superuser, name));
        for (const auto how : {testing::stop_mode::fast, testing::stop_mode::immediate}) {
            EXPECT_TRUE(reaches(feeding->feed().head() + 20));
            on.restart(how);
            const auto back = wall::now();
            EXPECT_TRUE(reaches(feeding->feed().head() + 1));
            const std::chrono::duration<double> took = wall::now() - back;
            EXPECT_LT(took, 1s);
            RecordProperty(how == testing::stop_mode::fast ? "fast_s" : "immediate_s",
                           std::to_string(took.count()));
        }
    }
    expect_all_delivered(on, name);
}

TEST_F(FeedFaults, ABlackholedListenerIsMadeUpForByPolls) {
    tcp_fault_proxy network(server().socket_file());
    started(url(), through(network, database));
    ASSERT_TRUE(eventually([&] { return feeding->feed().figures().polls > 5; })) << "it is idle";
    network.blackhole();
    const auto begun = wall::now();
    insert(1);
    EXPECT_TRUE(reaches(1, 2 * feed_bounds{}.poll_most_ms));
    const std::chrono::duration<double> took = wall::now() - begun;
    RecordProperty("took_s", std::to_string(took.count()));
    network.pass();
}

TEST_F(FeedFaults, AControlConnectionThatNeverAnswersDoesNotHoldUpTheStart) {
    insert(3);
    tcp_fault_proxy network(server().socket_file());
    feeding.emplace(url(), feed_bounds{}, through(network, database));
    network.blackhole();
    const auto begun = wall::now();
    feeding->start();
    EXPECT_LT(wall::now() - begun, 1s);
    EXPECT_EQ(feeding->feed().head(), 3);
    network.pass();
}

TEST_F(FeedFaults, WhatIsCommittedDuringTheStartIsSeen) {
    const restless_writer busy(owners_url());
    for (int i = 0; i < 5; ++i) {
        feeding.reset();
        started(url(), url());
        const auto there = committed(server(), database);
        ASSERT_FALSE(there.empty());
        EXPECT_TRUE(reaches(there.back(), 2s));
        EXPECT_EQ(all_from_feed(there.back()), there) << "by start " << i;
    }
}

TEST_F(FeedFaults, AStandbyIsReadOnlyOnceItIsPromotedAndThenAnew) {
    auto& on = restarted();
    const auto name = fresh_database(on);
    started(on.url("headroom_app", name), on.url("headroom_app", name));
    for (int i = 0; i < 3; ++i) on.sql(one_event_text, name);
    EXPECT_TRUE(reaches(3));
    on.become_standby();
    const auto reads = feeding->feed().figures().reads;
    EXPECT_FALSE(eventually([&] { return feeding->feed().figures().reads > reads; }, 500ms));
    on.promote();
    EXPECT_TRUE(eventually([&] { return feeding->feed().figures().restarts == 1; }));
    on.sql(one_event_text, name);
    expect_all_delivered(on, name);
}

TEST_F(FeedFaults, OtherEventsUnderTheSameNumbersBeginAnew) {
    insert(5);
    tcp_fault_proxy network(server().socket_file());
    started(through(network, database), through(network, database));
    EXPECT_EQ(feeding->feed().head(), 5);
    network.refuse_new();
    network.drop();
    server().sql("truncate headroom_events restart identity", database);
    insert(7);
    network.accept_new();
    EXPECT_TRUE(eventually([&] { return feeding->feed().figures().restarts == 1; }));
    EXPECT_TRUE(reaches(7));
    EXPECT_EQ(all_from_feed(7), committed(server(), database));
}

// Both servers are copies of one cluster, as a restored backup is: their identity is the same.
TEST_F(FeedFaults, AnotherServerUnderTheSameAddressBeginsAnew) {
    const testing::temp_directory in;
    const auto address = in.path() / "server";
    std::filesystem::create_symlink(server().socket_file(), address);
    tcp_fault_proxy network(address.string());
    auto& other = restarted();
    other.create_database(database + "_twin");
    const auto name = database + "_twin";
    prepare(other, name);
    server().create_database(name);
    prepare(server(), name);
    for (int i = 0; i < 5; ++i) server().sql(one_event_text, name);
    for (int i = 0; i < 3; ++i) other.sql(one_event_text, name);
    started(through(network, name), through(network, name));
    EXPECT_EQ(feeding->feed().head(), 5);

    std::filesystem::remove(address);
    std::filesystem::create_symlink(other.socket_file(), address);
    network.drop();
    EXPECT_TRUE(eventually([&] { return feeding->feed().head() == 3; }));
    EXPECT_EQ(feeding->feed().figures().restarts, 1U);
    EXPECT_EQ(all_from_feed(3), committed(other, name));
}

}  // namespace
}  // namespace headroom::eventsourcing
