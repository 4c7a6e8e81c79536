// eventsourcing/store_fixture.hpp: an event store on a private server, for its tests.
#pragma once
#include <gtest/gtest.h>
#include <unistd.h>

#include <utility>

#include "headroom/eventsourcing/consumers.hpp"
#include "headroom/eventsourcing/event_store.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::eventsourcing {

using testing::eventually_on_reactor;

/// A process with its budget, its database and its store. `url` may lead through a fault proxy.
class store_process {
public:
    explicit store_process(const std::string& url, const store_bounds& bounds = {},
                           persistence::statement_listener echo = {})
        : target_(persistence::parse_connect_info(url).value()), way_(target_) {
        const persistence::database_settings settings{.serve = target_,
                                                      .migrate = target_,
                                                      .async = {},
                                                      .async_overflow = {},
                                                      .sync_pool = 0,
                                                      .sync_overflow = {}};
        book_.declare(budget::resource{.name = "postgres", .limit = 100, .reserve = 3});
        book_.declare(budget::resource{.name = "threads", .limit = 100});
        book_.declare(budget::resource{.name = "files", .limit = 1024});
        for (auto& each : headroom::consumers(process_)) book_.declare(std::move(each));
        for (auto& each : persistence::consumers(settings, 3)) book_.declare(std::move(each));
        const event_pools pools{.store_overflow = {}, .catch_up_overflow = {}, .role = {},
                                .projector_role = {}};
        for (auto& each : consumers(pools, 3)) book_.declare(std::move(each));
        on_.emplace(book_, process_);
        db_.emplace(*on_, book_, way_,
                    persistence::database_terms{settings,
                                                {"test", "serve", next_member(), {}},
                                                false,
                                                {},
                                                {},
                                                std::move(echo)});
        db_->start(soon());
        store_.emplace(*db_, book_, bounds);
    }
    ~store_process() { store_.reset(); }

    event_store& store() { return *store_; }
    persistence::database& database() { return *db_; }
    budget::book& book() { return book_; }
    reactor& home() { return on_->home(); }
    void run(std::function<task<void>()> body) {
        on_->home().run_blocking([&] { return body(); });
    }
    static deadline soon() { return deadline::after(std::chrono::seconds(10)); }

private:
    static unsigned next_member() {
        static unsigned last = 0;
        return static_cast<unsigned>(::getpid()) * 256 + ++last;
    }

    const persistence::connect_info target_;
    persistence::door way_;
    runtime_settings process_;
    budget::book book_;
    std::optional<runtime> on_;
    std::optional<persistence::database> db_;
    std::optional<event_store> store_;
};

/// A database with the schema for each test; a process is made where a test asks for it.
class StoreFixture : public ::testing::Test {
protected:
    static testing::private_postgres& server() {
        static testing::private_postgres one({.settings = {{"max_connections", "60"}},
                                              .loopback = true});
        return one;
    }
    static void prepare(testing::private_postgres& on, const std::string& database) {
        on.create_role("headroom_app");
        on.create_role("headroom_projector");
        on.sql(testing::read_file(HEADROOM_SCHEMA), database);
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
