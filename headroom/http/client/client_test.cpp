#include "headroom/http/client/client.hpp"

#include <gmock/gmock.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

#include "headroom/http/client/client_fixture.hpp"
#include "headroom/testing/canned_server.hpp"
#include "headroom/testing/server_process.hpp"
#include "headroom/testing/tcp_fault_proxy.hpp"

namespace headroom::http::detail {
namespace {

using namespace std::chrono_literals;
using ::testing::Contains;
using ::testing::HasSubstr;
using testing::eventually_on_reactor;

class Client : public client_fixture {};

TEST_F(Client, AsksAndKeepsItsConnection) {
    start();
    with_a_client([&](client& of) -> task<void> {
        for (int i = 0; i < 20; ++i) {
            const auto answer = co_await of.send(get(url("/hello")), testing::soon());
            EXPECT_EQ(answer.status, 200U);
            EXPECT_EQ(answer.body, R"({"message":"Hello, World!"})");
            EXPECT_EQ(answer.field("content-TYPE"), "application/json");
        }
        EXPECT_EQ(of.figures().connects, 1U);
        EXPECT_EQ(of.figures().open, 1U);
        EXPECT_EQ(ledger_of_client->held(), 1U);
    });
}

TEST_F(Client, SendsItsFieldsAndBody) {
    start();
    with_a_client([&](client& of) -> task<void> {
        client_request what{.verb = method::post, .url = url("/echo"), .body = "a=b"};
        const auto answer = co_await of.send(std::move(what), testing::soon());
        EXPECT_EQ(answer.body, "a=b");
        auto with = get(url("/seen"));
        with.fields = {{"Authorization", "Bearer x"}, {"X-Empty", ""}};
        const auto told = co_await of.send(std::move(with), testing::soon());
        EXPECT_THAT(told.body, HasSubstr("Authorization: Bearer x\n"));
        EXPECT_THAT(told.body, HasSubstr("X-Empty: \n"));
        EXPECT_THAT(told.body, ::testing::Not(HasSubstr("Expect")));
    });
}

TEST_F(Client, TellsTheServerWhereInATraceItStands) {
    start();
    with_a_client([&](client& of) -> task<void> {
        observability::trace_source source(7);
        const std::string_view caller = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
        auto with = get(url("/seen"));
        with.trace = source.follow({&caller, 1}, "a=1");
        const auto sent = "traceparent: " + std::string(with.trace.traceparent()) + "\n";
        const auto told = co_await of.send(std::move(with), testing::soon());
        EXPECT_THAT(told.body, HasSubstr(sent));
        EXPECT_THAT(told.body, HasSubstr("tracestate: a=1\n"));
        const auto untold = co_await of.send(get(url("/seen")), testing::soon());
        EXPECT_THAT(untold.body, ::testing::Not(HasSubstr("trace")));
    });
}

TEST_F(Client, HundredsOfRequestsShareTheConnectionsOfOneHost) {
    start();
    with_a_client([&](client& of) -> task<void> {
        unsigned left = 200, most = 0;
        for (unsigned i = 0; i < 200; ++i)
            reactor::current()->spawn([&]() -> task<void> {
                EXPECT_EQ(co_await outcome(of, get(url("/hello"))), "200");
                most = std::max(most, ledger_of_client->held());
                --left;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return left == 0; }));
        EXPECT_LE(most, 3U);
        EXPECT_LE(of.figures().connects, 3U);
        EXPECT_LE(connections(), 3U);
    });
}

TEST_F(Client, IsCalledFromAnyReactor) {
    start();
    with_a_client([&](client& of) -> task<void> {
        testing::test_reactor elsewhere;
        std::string got;
        std::atomic<bool> done = false;
        elsewhere.spawn([&]() -> task<void> {
            got = co_await outcome(of, get(url("/hello")));
            done = true;
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return done.load(); }));
        EXPECT_EQ(got, "200");
    });
}

TEST_F(Client, AnyStatusIsAnAnswer) {
    start();
    with_a_client([&](client& of) -> task<void> {
        for (const auto* status : {"204", "400", "404", "500"}) {
            const auto path = std::string("/status/") + status;
            EXPECT_EQ(co_await outcome(of, get(url(path))), status);
        }
        EXPECT_EQ(asked, 4U) << "none of them is asked for twice";
    });
}

TEST_F(Client, WhatMayBeOverSoonIsAskedForAgainWithinTheDeadline) {
    start();
    with_a_client([&](client& of) -> task<void> {
        EXPECT_EQ(co_await outcome(of, get(url("/status/503"))), "503");
        EXPECT_EQ(asked, 3U);
        retry_after = "3600";
        EXPECT_EQ(co_await outcome(of, get(url("/status/429"))), "429");
        EXPECT_EQ(asked, 4U) << "it is to wait longer than the caller does";
    });
}

TEST_F(Client, NobodyIsThereIsSaidAndTheBreakerSparesTheNext) {
    const auto nobody = "http://127.0.0.1:" + std::to_string(testing::free_port()) + "/";
    with_a_client([&](client& of) -> task<void> {
        EXPECT_EQ(co_await outcome(of, get(nobody)), "unreachable");
        EXPECT_EQ(co_await outcome(of, get(nobody)), "unavailable");
        EXPECT_EQ(of.figures().attempts, 5U);
        EXPECT_EQ(co_await outcome(of, get(nobody)), "unavailable");
        EXPECT_EQ(of.figures().attempts, 5U) << "not asked";
    });
}

TEST_F(Client, AServerThatComesBackIsFound) {
    start();
    testing::tcp_fault_proxy network(std::to_string(port()));
    const auto by_network = "http://127.0.0.1:" + std::to_string(network.port()) + "/hello";
    network.refuse_new();
    with_client.breaking.pauses = {10ms, 50ms, 100ms};
    with_a_client([&](client& of) -> task<void> {
        EXPECT_NE(co_await outcome(of, get(by_network)), "200");
        EXPECT_NE(co_await outcome(of, get(by_network)), "200");
        EXPECT_THAT(of.figures().origins, Contains(::testing::Pair(HasSubstr("127.0.0.1"), true)));
        network.accept_new();
        std::string got;
        for (int i = 0; i < 100 && got != "200"; ++i) {
            got = co_await outcome(of, get(by_network));
            co_await sleep_until(deadline::after(10ms));
        }
        EXPECT_EQ(got, "200");
    });
}

TEST_F(Client, AConnectionThatBrokeIsReplacedForWhatIsSafeToRepeat) {
    start();
    testing::tcp_fault_proxy network(std::to_string(port()));
    const auto base = "http://127.0.0.1:" + std::to_string(network.port());
    with_a_client([&](client& of) -> task<void> {
        EXPECT_EQ(co_await outcome(of, get(base + "/hello")), "200");
        std::string waited, posted;
        reactor::current()->spawn(
            [&]() -> task<void> { waited = co_await outcome(of, get(base + "/held")); });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return waiting == 1; }));
        network.drop();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return waiting == 2; }));
        released = true;
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return waited == "200"; }));
    });
}

TEST_F(Client, WhatTheServerMayHaveDoneIsNotPostedAgain) {
    testing::canned_server silent("");
    with_a_client([&](client& of) -> task<void> {
        client_request what{.verb = method::post, .url = silent.url(), .body = "pay"};
        EXPECT_EQ(co_await outcome(of, what), "broken");
        EXPECT_EQ(silent.requests(), 1U);
        what.idempotent = true;
        EXPECT_EQ(co_await outcome(of, what), "broken");
        EXPECT_EQ(silent.requests(), 4U);
    });
}

TEST_F(Client, WhatWentOutOnAKeptConnectionIsNotPostedAgainEither) {
    const std::string ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    testing::canned_server leaves(std::vector<std::string>{ok, ""});
    with_a_client([&](client& of) -> task<void> {
        for (const auto* body : {"pay", ""}) {
            const auto before = leaves.requests();
            EXPECT_EQ(co_await outcome(of, get(leaves.url())), "200");
            client_request what{.verb = method::post, .url = leaves.url(), .body = body};
            EXPECT_EQ(co_await outcome(of, what), "broken");
            EXPECT_EQ(leaves.requests(), before + 2);
        }
        EXPECT_EQ(co_await outcome(of, get(leaves.url())), "200");
        EXPECT_EQ(co_await outcome(of, get(leaves.url())), "200") << "by another connection";
    });
}

TEST_F(Client, ASilentServerCostsNoMoreThanTheDeadline) {
    start();
    with_a_client([&](client& of) -> task<void> {
        const auto began = deadline::clock::now();
        EXPECT_EQ(co_await outcome(of, get(url("/wait")), deadline::after(200ms)), "overdue");
        EXPECT_GE(deadline::clock::now() - began, 200ms);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return cancelled == 1; }))
            << "its connection is closed";
        EXPECT_EQ(ledger_of_client->held(), 0U);
    });
}

TEST_F(Client, ACallerThatIsCancelledLeavesNothingBehind) {
    start();
    with_a_client([&](client& of) -> task<void> {
        boost::asio::cancellation_signal stop;
        bool ended = false;
        boost::asio::co_spawn(
            reactor::current()->get_executor(), outcome(of, get(url("/wait"))),
            boost::asio::bind_cancellation_slot(
                stop.slot(), [&ended](const std::exception_ptr& why, const std::string&) {
                    ended = why != nullptr;
                }));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return waiting == 1; }));
        stop.emit(boost::asio::cancellation_type::terminal);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ended; }));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return cancelled == 1; }));
        EXPECT_EQ(of.figures().under_way, 0U);
    });
}

TEST_F(Client, MoreThanItMayHaveUnderWayIsRefused) {
    start();
    with_client.in_flight_max = 2;
    with_a_client([&](client& of) -> task<void> {
        for (int i = 0; i < 2; ++i)
            reactor::current()->spawn(
                [&]() -> task<void> { (void)co_await outcome(of, get(url("/held"))); });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return waiting == 2; }));
        EXPECT_EQ(co_await outcome(of, get(url("/hello"))), "refused");
        EXPECT_EQ(of.figures().shed, 1U);
        released = true;
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().under_way == 0; }));
    });
}

TEST_F(Client, AnAnswerHasABound) {
    start();
    with_a_client([&](client& of) -> task<void> {
        EXPECT_EQ(co_await outcome(of, get(url("/large"))), "too_large");
        client_request head{.verb = method::head, .url = url("/large")};
        EXPECT_EQ(co_await outcome(of, std::move(head)), "200") << "it has no body";
        auto enough = get(url("/large"));
        enough.body_bytes_max = 300'000;
        EXPECT_EQ(co_await outcome(of, std::move(enough)), "200");
    });
}

TEST_F(Client, WhatIsNoHttpIsSaidToBeNone) {
    const auto many = [](const std::string& line, int times) {
        std::string all = "HTTP/1.1 200 OK\r\n";
        for (int i = 0; i < times; ++i) all += line;
        return all + "\r\n";
    };
    testing::canned_server ssh("SSH-2.0-OpenSSH_9.2\r\n");
    testing::canned_server wordy(many("X-Y: " + std::string(900, 'z') + "\r\n", 100));
    testing::canned_server endless(many("", 0) + std::string(400'000, 'x'));
    testing::canned_server endless_line("HTTP/1.1 200 " + std::string(200'000, 'x'));
    testing::canned_server two_lengths(
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\ncontent-length: 3\r\n\r\nabc");
    testing::canned_server cut("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc");
    with_a_client([&](client& of) -> task<void> {
        EXPECT_NE(co_await outcome(of, get(ssh.url())), "200");
        EXPECT_EQ(co_await outcome(of, get(wordy.url())), "too_large");
        EXPECT_EQ(co_await outcome(of, get(endless.url())), "too_large");
        EXPECT_EQ(co_await outcome(of, get(endless_line.url())), "too_large");
        EXPECT_EQ(co_await outcome(of, get(two_lengths.url())), "malformed");
        EXPECT_EQ(co_await outcome(of, get(cut.url())), "broken");
    });
}

TEST_F(Client, ATrailerIsNoField) {
    testing::canned_server chunked(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX-One: 1\r\n\r\n"
        "2\r\nok\r\n0\r\nX-Two: 2\r\n\r\n");
    with_a_client([&](client& of) -> task<void> {
        const auto answer = co_await of.send(get(chunked.url()), testing::soon());
        EXPECT_EQ(answer.body, "ok");
        EXPECT_EQ(answer.field("x-one"), "1");
        EXPECT_EQ(answer.field("x-two"), "");
    });
}

TEST_F(Client, RedirectsAreFollowedOnlyWhereThatIsAsked) {
    start();
    with_a_client([&](client& of) -> task<void> {
        location = "/hello";
        EXPECT_EQ(co_await outcome(of, get(url("/to"))), "302");
        auto follow = get(url("/to"));
        follow.redirects_max = 2;
        const auto answer = co_await of.send(follow, testing::soon());
        EXPECT_EQ(answer.status, 200U);
        EXPECT_EQ(answer.url, url("/hello"));
        location = "/to";
        EXPECT_EQ(co_await outcome(of, follow), "302") << "not for ever";
        location = "file:///etc/passwd";
        EXPECT_EQ(co_await outcome(of, follow), "302");
    });
}

TEST_F(Client, AnotherOriginDoesNotSeeTheFirstOnesCredentials) {
    start();
    with_a_client([&](client& of) -> task<void> {
        location = "http://localhost:" + std::to_string(port()) + "/seen";
        auto what = get(url("/to"));
        what.redirects_max = 1;
        what.fields = {{"authorization", "Bearer canary"}, {"Cookie", "canary"}, {"X-Other", "1"}};
        const auto told = co_await of.send(std::move(what), testing::soon());
        EXPECT_THAT(told.body, HasSubstr("X-Other"));
        EXPECT_THAT(told.body, ::testing::Not(HasSubstr("canary")));
    });
}

TEST_F(Client, AUrlThatCameWithDataReachesNoPrivateAddress) {
    start();
    with_a_client([&](client& of) -> task<void> {
        for (const auto& each :
             {url("/hello"), "http://localhost:" + std::to_string(port()) + "/hello",
              std::string("http://[::ffff:127.0.0.1]/"), std::string("http://169.254.169.254/"),
              std::string("http://2130706433/")}) {
            auto what = get(each);
            what.where = reach::everywhere_else;
            const auto how = co_await outcome(of, std::move(what));
            EXPECT_TRUE(how == "not_allowed" || how == "unreachable") << each << ": " << how;
        }
        EXPECT_EQ(of.figures().connects, 0U);
    });
}

TEST_F(Client, ItsErrorsNameTheOriginAndNoSecret) {
    const auto nobody = "http://127.0.0.1:" + std::to_string(testing::free_port());
    with_a_client([&](client& of) -> task<void> {
        std::string said;
        try {
            (void)co_await of.send(get(nobody + "/canary?token=canary"), testing::soon());
        } catch (const client_error& why) {
            said = why.what();
        }
        EXPECT_THAT(said, ::testing::StartsWith(nobody));
        EXPECT_THAT(said, ::testing::Not(HasSubstr("canary")));
    });
}

TEST_F(Client, FieldsThatWouldSplitTheRequestAreRefused) {
    start();
    with_a_client([&](client& of) -> task<void> {
        for (const auto& [name, value] :
             {std::pair("X-A", "b\r\nX-C: d"), std::pair("X A", "b"), std::pair("", "b"),
              std::pair("X-A\r\n", "b"), std::pair("Content-Length", "9"), std::pair("HOST", "x"),
              std::pair("transfer-encoding", "chunked")}) {
            auto what = get(url("/hello"));
            what.fields = {{name, value}};
            EXPECT_EQ(co_await outcome(of, std::move(what)), "not_allowed") << name;
        }
        EXPECT_EQ(of.figures().connects, 0U);
    });
}

TEST_F(Client, StoppingEndsWhatIsUnderWay) {
    start();
    std::string held;
    with_a_client([&](client& of) -> task<void> {
        reactor::current()->spawn(
            [&]() -> task<void> { held = co_await outcome(of, get(url("/wait"))); });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return waiting == 1; }));
        co_await of.stop(deadline::after(50ms));
        EXPECT_EQ(held, "broken");
        EXPECT_EQ(co_await outcome(of, get(url("/hello"))), "refused");
    });
}

TEST_F(Client, AProxyIsAskedInThePlaceOfTheServer) {
    start();  // as a proxy: it is asked for an absolute URL
    const std::map<std::string, std::string, std::less<>> all{
        {"http_proxy", "http://joe:secret@127.0.0.1:" + std::to_string(port())}};
    const auto by = proxies::read([&](std::string_view name) {
        const auto found = all.find(name);
        return found == all.end() ? std::nullopt : std::optional(found->second);
    });
    with_a_client([&](client& of) -> task<void> {
        const auto told = co_await of.send(get("http://nowhere.invalid/seen"), testing::soon());
        EXPECT_EQ(told.status, 200U) << "nobody resolved that name";
        EXPECT_THAT(told.body, HasSubstr("Proxy-Authorization: Basic "));
        auto checked = get("http://nowhere.invalid/seen");
        checked.where = reach::everywhere_else;
        EXPECT_EQ(co_await outcome(of, std::move(checked)), "not_allowed");
    }, by.value());
}

TEST_F(Client, WhatAProxyLetsNobodyThroughForWasNotSent) {
    testing::canned_server wary("HTTP/1.1 407 No\r\nContent-Length: 0\r\n\r\n");
    const auto by = proxies::read([&](std::string_view name) {
        return name == "https_proxy" ? std::optional(wary.url()) : std::nullopt;
    });
    with_a_client([&](client& of) -> task<void> {
        try {
            (void)co_await of.send(
                {.verb = method::post, .url = "https://nowhere.invalid/", .body = "pay"},
                testing::soon());
            ADD_FAILURE() << "an answer";
        } catch (const client_error& why) {
            EXPECT_EQ(to_string(why.fault()), "unreachable");
            EXPECT_FALSE(why.sent());
        }
        EXPECT_EQ(wary.requests(), 3U) << "so it is repeated, although it is a POST";
    }, by.value());
}

}  // namespace
}  // namespace headroom::http::detail
