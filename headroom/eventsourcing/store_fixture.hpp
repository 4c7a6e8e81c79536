// eventsourcing/store_fixture.hpp: an event store on a private server, for its tests.
#pragma once
#include <gtest/gtest.h>

#include "headroom/eventsourcing/schema.hpp"
#include "headroom/eventsourcing/store_process_fixture.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_postgres.hpp"

namespace headroom::eventsourcing {

using testing::eventually_on_reactor;

/// A database with the schema for each test; a process is made where a test asks for it.
class StoreFixture : public ::testing::Test {
protected:
    static testing::private_postgres& server() {
        static testing::private_postgres one({.settings = {{"max_connections", "60"},
                                                           {"synchronous_commit", "on"},
                                                           {"deadlock_timeout", "50ms"}},
                                              .loopback = true});
        return one;
    }
    static void prepare(testing::private_postgres& on, const std::string& database) {
        on.create_role("headroom_app");
        on.create_role("headroom_projector");
        on.sql(std::string(schema().text), database);
    }
    void SetUp() override {
        database = server().create_database();
        prepare(server(), database);
    }

    std::string url() const { return server().url("headroom_app", database); }
    store_process& process(const store_bounds& bounds = {}) {
        if (!process_) {
            process_.emplace(url(), bounds);
            process_->store().start(soon());
        }
        return *process_;
    }
    event_store& store() { return process().store(); }
    /// Runs a test's body on the home reactor of the process.
    void inside(std::function<task<void>()> body) { process().run(std::move(body)); }
    std::int64_t rows(const std::string& where = "true") const {
        return std::stoll(server().value("select count(*) from headroom_events where " + where,
                                         database));
    }
    /// Starts a coroutine beside the test's and counts it in `running`.
    unsigned running = 0;
    void beside(std::function<task<void>()> what) {
        ++running;
        reactor::current()->spawn([this, what = std::move(what)]() -> task<void> {
            co_await what();
            --running;
        });
    }
    task<void> all_done() {
        EXPECT_TRUE(co_await eventually_on_reactor([this] { return running == 0; },
                                                   std::chrono::seconds(30)));
    }
    static deadline soon() { return store_process::soon(); }

    std::string database;
    std::optional<store_process> process_;
};

inline new_event event_of(std::string state = "{}", std::string topic = "shop:Order.Placed") {
    return {new_uuid(), std::move(topic), std::move(state)};
}
inline stream_append one_event(stream_id to, stream_version expected) {
    return {to, expected, {event_of()}};
}
inline append_request request_of(stream_id to, stream_version expected) {
    return {{one_event(to, expected)}, {}, {}};
}
/// The conflict an append was refused with; an empty one when it was something else.
inline version_conflict conflict_in(const std::expected<appended, append_refusal>& answer) {
    if (answer) return {};
    const auto* found = std::get_if<version_conflict>(&answer.error());
    return found != nullptr ? *found : version_conflict{};
}

}  // namespace headroom::eventsourcing
