// eventsourcing/store_process_fixture.hpp: an event store and all it needs, as a process has it.
#pragma once
#include <unistd.h>

#include <utility>

#include "headroom/eventsourcing/consumers.hpp"
#include "headroom/eventsourcing/event_store.hpp"

namespace headroom::eventsourcing {

/// Threads with a budget of their own, which several stores may share.
struct store_threads {
    store_threads() {
        book.declare(budget::resource{.name = "threads", .limit = 100});
        book.declare(budget::resource{.name = "files", .limit = 1024});
        for (auto& each : headroom::consumers(settings)) book.declare(std::move(each));
        on.emplace(book, settings);
    }
    runtime_settings settings;
    budget::book book;
    std::optional<runtime> on;
};

/// A budget, a database and a store. `url` may lead through a fault proxy. A second one on the
/// threads of the first stands for another process: nothing else is shared.
class store_process {
public:
    explicit store_process(const std::string& url, const store_bounds& bounds = {},
                           persistence::statement_listener echo = {},
                           std::shared_ptr<store_threads> threads = {})
        : threads_(threads ? std::move(threads) : std::make_shared<store_threads>()),
          target_(persistence::parse_connect_info(url).value()), way_(target_) {
        const persistence::database_settings settings{.serve = target_,
                                                      .migrate = target_,
                                                      .async = {},
                                                      .async_overflow = {},
                                                      .sync_pool = 0,
                                                      .sync_overflow = {}};
        const event_pools pools{.store_overflow = {},
                                .catch_up_overflow = {},
                                .role = {},
                                .projector_role = {}};
        book_.declare(budget::resource{.name = "postgres", .limit = 100, .reserve = 3});
        book_.declare(budget::resource{.name = "files", .limit = 1024});
        for (auto& each : persistence::consumers(settings, 3)) book_.declare(std::move(each));
        for (auto& each : consumers(pools, 3)) book_.declare(std::move(each));
        db_.emplace(*threads_->on, book_, way_,
                    persistence::database_terms{
                        settings, {"test", "serve", next_member(), {}}, {}, {}, std::move(echo)});
        db_->start(soon());
        store_.emplace(*db_, book_, bounds);
    }

    event_store& store() { return *store_; }
    persistence::database& database() { return *db_; }
    budget::book& book() { return book_; }
    const std::shared_ptr<store_threads>& threads() { return threads_; }
    reactor& home() { return threads_->on->home(); }
    void run(std::function<task<void>()> body) {
        home().run_blocking([&] { return body(); });
    }
    static deadline soon() { return deadline::after(std::chrono::seconds(10)); }

private:
    static unsigned next_member() {
        static unsigned last = 0;
        return static_cast<unsigned>(::getpid()) * 256 + ++last;
    }

    const std::shared_ptr<store_threads> threads_;
    const persistence::connect_info target_;
    persistence::door way_;
    budget::book book_;
    std::optional<persistence::database> db_;
    std::optional<event_store> store_;
};

}  // namespace headroom::eventsourcing
