// http/client/client_fixture.hpp: a client and a server of ours, for the client's tests.
#pragma once
#include "headroom/http/client/client.hpp"
#include "headroom/http/server_fixture.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::http::detail {

/// A real server of ours, and a client with 4 connections.
class client_fixture : public server_fixture {
protected:
    client_fixture() {
        with_client.connections_max = 4;
        with_client.per_host_max = 3;
        with_client.connect_max = std::chrono::milliseconds(2'000);
        routes.get("/seen", [](request& of) -> task<response> {
            std::string all;
            for (const auto& each : of.headers.all())
                all += std::string(each.name) + ": " + std::string(each.value) + "\n";
            co_return response::text(std::move(all));
        });
        routes.get("/status/{code}", [this](request& of) -> task<response> {
            asked.fetch_add(1);
            response made(static_cast<unsigned>(std::stoul(std::string(of.parameter("code")))));
            if (!retry_after.empty()) made.with("Retry-After", retry_after);
            co_return made;
        });
        routes.get("/to", [this](request&) -> task<response> {
            response made(302);
            made.with("Location", location);
            co_return made;
        });
        routes.get("/large", [](request&) -> task<response> {
            co_return response::text(std::string(300'000, 'x'));
        });
    }

    std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(port()) + path;
    }
    /// `body` has a client, which is stopped when it is done.
    void with_a_client(const std::function<task<void>(client&)>& body, proxies by = {}) {
        testing::run([&]() -> task<void> {
            testing::thread_budget threads{1};
            worker_pool names("system", threads.several(1));
            budget::ledger connections("http", with_client.connections_max);
            client_terms terms;
            terms.home = reactor::current();
            terms.system = &names;
            terms.share =
                connections.open({client_consumer, with_client.connections_max, 0}).value();
            terms.with = with_client;
            terms.by = std::move(by);
            terms.on_exchange = [this](const exchange_record& of) {
                seen.push_back({of.status, of.fault});
            };
            client one(std::move(terms));
            ledger_of_client = &connections;
            co_await testing::and_at_last([&] { return body(one); },
                                          [&] { return one.stop(testing::soon()); });
            EXPECT_EQ(connections.held(), 0U);
        });
    }
    static client_request get(std::string url) { return {.url = std::move(url)}; }
    /// "" or the fault's word; the status as "200" when there is an answer.
    static task<std::string> outcome(client& of, client_request what,
                                     deadline until = testing::soon()) {
        try {
            const auto answer = co_await of.send(std::move(what), until);
            co_return std::to_string(answer.status);
        } catch (const client_error& why) {
            co_return std::string(to_string(why.fault()));
        } catch (const budget::refused&) {
            co_return std::string("refused");
        }
    }

    client_settings with_client;
    std::atomic<unsigned> asked{0};
    std::string retry_after, location;
    struct attempt_seen {
        unsigned status;
        std::optional<client_fault> fault;
    };
    std::vector<attempt_seen> seen;
    budget::ledger* ledger_of_client = nullptr;
};

}  // namespace headroom::http::detail
