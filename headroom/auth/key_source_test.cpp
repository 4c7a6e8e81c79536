#include "headroom/auth/key_source.hpp"

#include <gmock/gmock.h>

#include "headroom/auth/token_verifier_fixture.hpp"
#include "headroom/http/client/client_fixture.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using looked = key_source::looked;
using testing::eventually_on_reactor;

/// A provider on the loopback, and the source of its keys.
class KeySource : public http::detail::client_fixture {
protected:
    KeySource() {
        routes.get("/.well-known/openid-configuration", [this](http::request&) {
            return answer(discoveries, R"({"issuer":")" + (issuer_said.empty() ? issuer()
                                                                               : issuer_said) +
                                           R"(","jwks_uri":")" + url(keys_path) + R"("})");
        });
        routes.get("/elsewhere", [this](http::request& of) {
            if (const auto had = of.headers.find("if-none-match")) seen_tag = std::string(*had);
            return answer(fetches, fixture::set_of({key("two").jwk()}));
        });
        routes.get("/keys", [this](http::request& of) {
            if (const auto tag = of.headers.find("if-none-match")) seen_tag = std::string(*tag);
            return answer(fetches, keys);
        });
        start();
        with_client.attempts_max = 1;
        with_client.breaking.failures_max = 1'000;
        keys = fixture::set_of({key("one").jwk()});
    }

    static const fixture::signing_key& key(const std::string& kid) {
        static std::map<std::string, fixture::signing_key> made;
        return made.try_emplace(kid, key_kind::p256, kid).first->second;
    }
    std::string issuer() const { return url(""); }

    void with_a_source(const std::function<task<void>(key_source&)>& body) {
        with_a_client([&](http::client& over) -> task<void> {
            key_source_terms terms;
            terms.issuer = issuer();
            terms.loopback = true;
            terms.within = within;
            terms.discover_every = discover_every;
            terms.tell = [this](const std::string& what) { told.push_back(what); };
            key_source one(*reactor::current(), over, std::move(terms));
            testing::thread_budget threads{1};
            worker_pool elsewhere("main", threads.several(1));  // start() and stop() may block
            co_await elsewhere.run([&] { one.start(testing::soon()); });
            co_await testing::and_at_last(
                [&] { return body(one); },
                [&]() -> task<void> {
                    co_await elsewhere.run([&] { one.stop(testing::soon()); });
                });
        });
    }
    static task<bool> has_keys(key_source& of) {
        return eventually_on_reactor([&] { return of.keys() != nullptr; });
    }
    static bool knows(const key_source& of, const std::string& kid) {
        const auto now = of.keys();
        return now && now->choose({.alg = algorithm::es256, .kid = kid, .typ = ""});
    }

    key_refresh_bounds within{};
    std::chrono::milliseconds discover_every = 1h;
    std::string keys_path = "/keys";
    std::string keys, issuer_said, cache_control, tag;  // what it answers, set between requests
    std::string seen_tag;
    std::atomic<unsigned> fetches{0}, discoveries{0}, status{200}, delay_ms{0};
    std::vector<std::string> told;

private:
    task<http::response> answer(std::atomic<unsigned>& count, std::string body) {
        count.fetch_add(1);
        if (delay_ms > 0)
            co_await sleep_until(deadline::after(std::chrono::milliseconds(delay_ms)));
        auto made = http::response::json(std::move(body), status);
        if (!cache_control.empty()) made.with("Cache-Control", cache_control);
        if (!tag.empty()) made.with("ETag", tag);
        co_return made;
    }
};

TEST_F(KeySource, DiscoversAndFetchesByItself) {
    with_a_source([&](key_source& of) -> task<void> {
        EXPECT_TRUE(co_await has_keys(of));
        EXPECT_TRUE(knows(of, "one"));
        EXPECT_EQ(of.figures().is, key_freshness::fresh);
        EXPECT_EQ(discoveries, 1U);
        EXPECT_EQ(fetches, 1U);
        EXPECT_TRUE(told.empty()) << "there is nothing to know";
    });
}

TEST_F(KeySource, AThousandUnknownKeysAreOneFetchAndKnownOnesAnswerMeanwhile) {
    with_a_source([&](key_source& of) -> task<void> {
        EXPECT_TRUE(co_await has_keys(of));
        delay_ms = 300;
        unsigned left = 1'000;
        for (unsigned i = 0; i < 1'000; ++i)
            reactor::current()->spawn([&]() -> task<void> {
                EXPECT_EQ(co_await of.look_again(testing::soon()), looked::again);
                --left;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return fetches == 2; }));
        EXPECT_TRUE(knows(of, "one")) << "nobody waits for a key that is there";
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return left == 0; }));
        EXPECT_EQ(co_await of.look_again(testing::soon()), looked::again) << "at once, unasked";
        EXPECT_EQ(fetches, 2U);
    });
}

TEST_F(KeySource, ANewKeyIsThereAfterOneFetch) {
    with_a_source([&](key_source& of) -> task<void> {
        EXPECT_TRUE(co_await has_keys(of));
        keys = fixture::set_of({key("one").jwk(), key("two").jwk()});
        EXPECT_FALSE(knows(of, "two"));
        EXPECT_EQ(co_await of.look_again(testing::soon()), looked::again);
        EXPECT_TRUE(knows(of, "two"));
        EXPECT_EQ(fetches, 2U);
    });
}

TEST_F(KeySource, AProviderThatIsAwayKeepsItsKeysForAWhile) {
    within.ttl = within.ttl_min = 200ms;
    within.stale_max = 1'500ms;
    within.retries = {10ms, 20ms, 50ms};
    with_a_source([&](key_source& of) -> task<void> {
        EXPECT_TRUE(co_await has_keys(of));
        status = 500;
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return of.figures().is == key_freshness::stale; }));
        EXPECT_TRUE(knows(of, "one"));
        EXPECT_THAT(of.figures().last_error, HasSubstr("answered with 500"));
        EXPECT_EQ(co_await of.look_again(testing::soon()), looked::unavailable);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.keys() == nullptr; }));
        status = 200;
        EXPECT_TRUE(co_await has_keys(of));
        EXPECT_THAT(told.at(0), HasSubstr("were not fetched"));
        EXPECT_THAT(told.back(), HasSubstr("are there"));
    });
}

TEST_F(KeySource, OneThatIsAwayAtTheStartIsFoundLater) {
    status = 503;
    within.retries = {10ms, 20ms, 50ms};
    with_a_source([&](key_source& of) -> task<void> {
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().failures >= 2; }));
        EXPECT_EQ(of.keys(), nullptr);
        EXPECT_EQ(fetches, 0U) << "nobody guesses where its keys stand";
        status = 200;
        EXPECT_TRUE(co_await has_keys(of));
    });
}

TEST_F(KeySource, AnotherIssuersMetadataAreNotBelieved) {
    issuer_said = "https://evil.example";
    within.retries = {10ms, 20ms, 50ms};
    with_a_source([&](key_source& of) -> task<void> {
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().failures >= 1; }));
        EXPECT_THAT(of.figures().last_error, HasSubstr("another issuer's"));
        EXPECT_EQ(fetches, 0U);
    });
}

TEST_F(KeySource, AnAnswerThatIsNoKeySetLeavesTheKeysAsTheyWere) {
    with_a_source([&](key_source& of) -> task<void> {
        EXPECT_TRUE(co_await has_keys(of));
        within.cooldown = 0ms;
        for (const auto& worse :
             {std::string("{}"), std::string("no"), std::string(R"({"keys":[]})"),
              std::string(R"({"keys":[{"kty":"oct","k":"AAAA"}]})"), std::string(400'000, ' ')}) {
            keys = worse;
            (void)co_await of.look_again(testing::soon());
            EXPECT_TRUE(knows(of, "one"));
        }
    });
}

TEST_F(KeySource, ABadKeyIsShownAndTheOthersAreUsed) {
    keys = fixture::set_of({key("one").jwk(), key("two").jwk(R"(,"d":"AAAA")")});
    with_a_source([&](key_source& of) -> task<void> {
        EXPECT_TRUE(co_await has_keys(of));
        EXPECT_TRUE(knows(of, "one"));
        EXPECT_FALSE(knows(of, "two"));
        const auto shown = of.figures();
        EXPECT_EQ(shown.keys, 1U);
        EXPECT_EQ(shown.refused.size(), 1U);
        EXPECT_EQ(shown.refused.at(0).kid, "two");
    });
}

TEST_F(KeySource, WhatHasNotChangedIsNotSentAgain) {
    tag = "\"v1\"";
    with_a_source([&](key_source& of) -> task<void> {
        EXPECT_TRUE(co_await has_keys(of));
        status = 304;
        EXPECT_EQ(co_await of.look_again(testing::soon()), looked::again);
        EXPECT_EQ(seen_tag, "\"v1\"");
        EXPECT_TRUE(knows(of, "one"));
        EXPECT_FALSE(of.figures().failing);
    });
}

TEST_F(KeySource, IsFetchedAgainBeforeItsIssuersTimeIsOver) {
    within.ttl_min = 100ms;
    within.ahead = 400ms;
    cache_control = "Public, Max-Age=1";
    with_a_source([&](key_source& of) -> task<void> {
        EXPECT_TRUE(co_await has_keys(of));
        EXPECT_TRUE(co_await eventually_on_reactor([&] {
            EXPECT_EQ(of.figures().is, key_freshness::fresh);
            return fetches >= 3;
        }));
        EXPECT_EQ(discoveries, 1U);
    });
}

TEST_F(KeySource, KeysThatMovedAreFoundThoughTheOldOnesAreStillServed) {
    within.cooldown = 0ms;
    discover_every = 0ms;
    tag = "\"1\"";
    with_a_source([&](key_source& of) -> task<void> {
        EXPECT_TRUE(co_await has_keys(of));
        keys_path = "/elsewhere";
        EXPECT_EQ(co_await of.look_again(testing::soon()), looked::again);
        EXPECT_TRUE(knows(of, "two"));
        EXPECT_EQ(seen_tag, "") << "the tag of another place is not shown";
        issuer_said = "https://another.example";
        EXPECT_EQ(co_await of.look_again(testing::soon()), looked::again)
            << "they stand where they stood";
        EXPECT_TRUE(knows(of, "two"));
        EXPECT_GE(discoveries, 3U);
    });
}

TEST_F(KeySource, OneWhoWaitsHasADeadlineOfHisOwn) {
    with_a_source([&](key_source& of) -> task<void> {
        EXPECT_TRUE(co_await has_keys(of));
        delay_ms = 1'000;
        EXPECT_EQ(co_await of.look_again(deadline::after(50ms)), looked::unavailable);
        EXPECT_EQ(co_await of.look_again(testing::soon()), looked::again) << "with the same fetch";
        EXPECT_EQ(fetches, 2U);
    });
}

TEST_F(KeySource, AUrlThatIsNotAskedIsRefusedAtOnce) {
    with_a_client([&](http::client& over) -> task<void> {
        for (const auto* wrong : {"http://login.example", "login.example", "", "ftp://a/"})
            EXPECT_THROW(key_source(*reactor::current(), over, {.issuer = wrong}),
                         std::invalid_argument) << wrong;
        EXPECT_THROW(key_source(*reactor::current(), over, {.issuer = issuer()}),
                     std::invalid_argument) << "without the word of a developer";
        co_return;
    });
}

}  // namespace
}  // namespace headroom::auth
