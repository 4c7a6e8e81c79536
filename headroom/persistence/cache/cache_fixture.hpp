// persistence/cache/cache_fixture.hpp: processes that share a Redis, for the tests.
#pragma once
#include <fmt/format.h>
#include <gmock/gmock.h>

#include <optional>

#include "headroom/persistence/cache/view.hpp"
#include "headroom/persistence/redis/door.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::cache {

using namespace std::chrono_literals;
using testing::eventually;
using testing::eventually_on_reactor;
using testing::private_redis;
using testing::soon;

/// What a process has of it: a reactor, a mux, a cache on it.
class caching_process {
public:
    caching_process(const private_redis& server, settings with)
        : through_(redis::parse_connect_info("unix://" + server.socket_file()).value()),
          shared(home_, ledger_.open({"persistence.redis_shared", 1, 1}).value(), through_,
                 quick()),
          cache(shared, with, [this] { return random.load(); }) {
        run([this]() -> task<void> {
            shared.start();
            co_return;
        });
        cache.start(deadline::after(1s));
    }
    ~caching_process() {
        cache.stop(soon());
        run([this] { return shared.stop(soon()); });
    }
    caching_process(const caching_process&) = delete;
    caching_process& operator=(const caching_process&) = delete;

    void run(std::function<task<void>()> body) { testing::run_on(home_, std::move(body)); }
    void spawn(std::function<task<void>()> body) { home_.spawn(std::move(body)); }
    unsigned connections() const { return ledger_.held(); }

    static redis::mux_terms quick() {
        redis::mux_terms with;
        with.options.name = "cache";
        with.options.abandon_grace_ms = 200ms;
        with.ping_idle_ms = 100ms;
        with.ping_ms_max = 200ms;
        with.connect_ms_max = 500ms;
        return with;
    }

    std::atomic<double> random = 0.5;  // no jitter

private:
    testing::test_reactor home_;
    budget::ledger ledger_{"redis", 2};
    redis::door through_;

public:
    redis::mux shared;
    two_level cache;
};

class cache_fixture : public ::testing::Test {
protected:
    static settings usual() {
        settings with;
        with.prefix = "shop";
        // On a machine that is busy with other things.
        with.redis_ms_max = 2s;
        with.trust_ms = 10s;
        with.breaking.pauses = {10ms, 20ms, 50ms};
        return with;
    }
    /// A value as the truth has it, and how often it was asked for.
    struct truth {
        std::atomic<int> loads = 0;
        std::atomic<const char*> text = "old";
        view<std::string>::loader loader() {
            return [this](deadline) -> task<std::string> {
                ++loads;
                co_return std::string(text.load());
            };
        }
    };
    /// A load that reads the truth, and then takes until it is let go.
    struct slow_truth {
        explicit slow_truth(truth& from) : of(from) {}
        view<std::string>::loader loader() {
            return [this](deadline until) -> task<std::string> {
                const auto read = co_await of.loader()(until);
                ++begun;
                while (!may_end) co_await sleep_until(deadline::after(1ms));
                co_return read;
            };
        }
        truth& of;
        std::atomic<int> begun = 0;
        std::atomic<bool> may_end = false;
    };
    static std::string given(caching_process& by, view<std::string>& from, truth& of,
                             const std::string& key = "k") {
        std::string text;
        by.run([&]() -> task<void> {
            text = *co_await from.get_or_load(key, of.loader(), soon());
        });
        return text;
    }
    static std::string ask(const private_redis& of, std::vector<std::string> words) {
        auto said = of.ask(std::move(words));
        while (!said.empty() && said.back() == '\n') said.pop_back();
        return said;
    }

    private_redis server;
    truth known;
};

}  // namespace headroom::cache
