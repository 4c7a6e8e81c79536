// http/server_fixture.hpp: a real server on a free port, for this package's tests alone.
#pragma once
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "headroom/budget/ledger.hpp"
#include "headroom/http/server.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/text_client.hpp"

namespace headroom::http::detail {

inline constexpr std::string_view hello = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
inline constexpr std::string_view hello_and_close =
    "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
inline constexpr std::string_view wait_for_it = "GET /wait HTTP/1.1\r\nHost: x\r\n\r\n";

inline bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// Change `with` and `routes`, then start().
class server_fixture : public ::testing::Test {
protected:
    server_fixture() {
        with.listen = "127.0.0.1:0";
        routes.get("/hello", [](request&) -> task<response> {
            co_return response::json(R"({"message":"Hello, World!"})");
        });
        routes.post("/echo", [](request& of) -> task<response> {
            co_return response::text(std::move(of.body));
        });
        routes.get("/wait", [this](request&) { return wait_until_cancelled(); });
        // Answers once the test says so.
        routes.get("/held", [this](request&) -> task<response> {
            waiting.fetch_add(1);
            co_await testing::eventually_on_reactor([this] { return released.load(); });
            co_return response::text("at last");
        });
    }
    ~server_fixture() override { released = true; }

    void start(unsigned reactors = 1) {
        prepare([this](const access_record& of) { remember(of); }, reactors);
        serving->start(soon());
    }
    /// A server that has not started yet.
    void prepare(access_log log = {}, unsigned reactors = 1) {
        if (with.tls.on()) shown = std::make_unique<certificates>(with.tls);
        std::vector<reactor*> each;
        for (unsigned i = 0; i < reactors; ++i)
            each.push_back(on.emplace_back(std::make_unique<testing::test_reactor>()).get());
        server_grants grants;
        for (const auto& row : consumers(with, reactors)) {
            const auto units = static_cast<unsigned>(*row.pool);
            ledger.resize(ledger.ceiling() + units).value();
            auto& grant = row.name == listener_consumer  ? grants.listener
                          : row.name == refusals_consumer ? grants.refusals
                                                          : grants.connections;
            grant = ledger.open({row.name, units, 0}).value();
        }
        serving.emplace(each, with, std::move(routes), std::move(grants), std::move(log),
                        shown.get());
    }

    static deadline soon() { return deadline::after(std::chrono::seconds(10)); }
    std::uint16_t port() const { return serving->port(); }
    unsigned connections() const { return serving->snapshot().connections; }
    bool logs(unsigned status) {
        return testing::eventually([&] {
            std::scoped_lock lock(mutex);
            return std::ranges::find(statuses, status) != statuses.end();
        });
    }
    bool waits(unsigned callers = 1) {
        return testing::eventually([&] { return waiting.load() >= callers; });
    }

    /// Counts that it waits, and that it was cancelled.
    task<void> be_cancelled() {
        waiting.fetch_add(1);
        try {
            co_await sleep_until(deadline::after(std::chrono::hours(1)));
        } catch (...) {
            cancelled.fetch_add(1);
            throw;
        }
    }

    settings with;
    router routes;
    std::unique_ptr<certificates> shown;  // where the settings say TLS
    std::atomic<unsigned> waiting{0}, cancelled{0};
    std::atomic<bool> released{false};
    budget::ledger ledger{"files", 0};
    std::vector<std::unique_ptr<testing::test_reactor>> on;
    std::mutex mutex;
    std::vector<unsigned> statuses;       // guarded by mutex
    std::vector<std::string> routes_hit;  // guarded by mutex
    std::uint64_t bytes_out = 0;          // guarded by mutex
    std::optional<server> serving;        // goes first

private:
    task<response> wait_until_cancelled() {
        co_await be_cancelled();
        co_return response::empty();
    }

    void remember(const access_record& of) {
        std::scoped_lock lock(mutex);
        statuses.push_back(of.status);
        routes_hit.emplace_back(of.route);
        bytes_out += of.bytes_out;
    }
};

}  // namespace headroom::http::detail
