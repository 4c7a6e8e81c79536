#include "headroom/auth/oidc/sign_in.hpp"

#include "headroom/auth/oidc/sign_in_fixture.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::eventually_on_reactor;
using testing::soon;

class SignInStates : public shared_fixture {
protected:
    void with_states(std::function<task<void>(sign_in_states&)> body) {
        with_two([&](sign_in_states& one, sign_in_states&) { return body(one); });
    }
    /// As two processes have them.
    void with_two(std::function<task<void>(sign_in_states&, sign_in_states&)> body) {
        store().ask({"FLUSHDB"});
        testing::run([&]() -> task<void> {
            co_await with_redis([&](redis::mux& shared) -> task<void> {
                sign_in_states one(shared, "s:", sealing(), pending_max),
                    other(shared, "s:", sealing(), pending_max);
                co_await body(one, other);
            });
        });
    }
    static begun_sign_in begun() {
        return {secret("a-verifier"), "https://app.example/callback", "a-nonce", "a-binding",
                "/orders", wall_time(100s)};
    }
    std::size_t pending_max = 100;
};

TEST_F(SignInStates, WhatWasPutIsTakenOnce) {
    with_states([](sign_in_states& of) -> task<void> {
        const auto state = random_text();
        co_await of.put(state, begun(), soon());
        const auto taken = co_await of.take(state, soon());
        EXPECT_EQ(taken.value().verifier, begun().verifier);
        EXPECT_EQ(taken->nonce, "a-nonce");
        EXPECT_EQ(taken->binding, "a-binding");
        EXPECT_EQ(taken->return_to, "/orders");
        EXPECT_EQ(taken->begun, wall_time(100s));
        EXPECT_FALSE(co_await of.take(state, soon()));
    });
}

TEST_F(SignInStates, OneOfManyTakesIt) {
    with_states([](sign_in_states& of) -> task<void> {
        const auto state = random_text();
        co_await of.put(state, begun(), soon());
        unsigned left = 50, winners = 0;
        for (unsigned i = 0; i < 50; ++i)
            reactor::current()->spawn([&]() -> task<void> {
                winners += co_await of.take(state, soon()) ? 1 : 0;
                --left;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return left == 0; }));
        EXPECT_EQ(winners, 1U);
    });
}

TEST_F(SignInStates, IsKeptForTenMinutesAndShowsNothing) {
    with_states([](sign_in_states& of) -> task<void> {
        const auto state = random_text();
        co_await of.put(state, begun(), soon());
        EXPECT_THAT(store().ask({"TTL", "s:pkce:" + state}), ::testing::AnyOf("600\n", "599\n"));
        EXPECT_THAT(dump(), Not(HasSubstr("verifier")));
    });
}

TEST_F(SignInStates, OneThatSomebodyElseWroteIsNone) {
    with_states([](sign_in_states& of) -> task<void> {
        const auto one = random_text(), other = random_text();
        co_await of.put(one, begun(), soon());
        store().ask({"RENAME", "s:pkce:" + one, "s:pkce:" + other});
        EXPECT_FALSE(co_await of.take(other, soon()));
        for (const auto& no_state : {std::string(), std::string("a"), std::string(43, '*'),
                                     std::string(10'000, 'a')})
            EXPECT_FALSE(co_await of.take(no_state, soon()));
    });
}

TEST_F(SignInStates, OneThatBeganBeforeTheSecretWasReplacedEnds) {
    with_states([](sign_in_states& of) -> task<void> {
        const auto state = random_text();
        EXPECT_TRUE(co_await of.put(state, begun(), soon()));
        co_await with_redis([&](redis::mux& shared) -> task<void> {
            sign_in_states anew(shared, "s:", {secret(std::string(32, 'n')), sealing()});
            EXPECT_EQ((co_await anew.take(state, soon())).value().nonce, "a-nonce");
        });
    });
}

TEST_F(SignInStates, BeyondTheBoundOfAllProcessesTheNewestIsRefused) {
    pending_max = 3;
    with_two([](sign_in_states& one, sign_in_states& other) -> task<void> {
        const std::array states{random_text(), random_text(), random_text()};
        EXPECT_TRUE(co_await one.put(states[0], begun(), soon()));
        EXPECT_TRUE(co_await other.put(states[1], begun(), soon()));
        EXPECT_TRUE(co_await one.put(states[2], begun(), soon()));
        for (auto* each : {&one, &other}) {
            const auto refused = co_await each->put(random_text(), begun(), soon());
            EXPECT_EQ(refused.error().pending, 3U);
            EXPECT_EQ(refused.error().limit, 3U);
            EXPECT_GT(refused.error().wait, 590s);
            EXPECT_LE(refused.error().wait, sign_in_states::ttl);
        }
        EXPECT_TRUE(co_await one.put(states[2], begun(), soon())) << "again: its answer was lost";
        EXPECT_EQ(one.pending(), 3U);
        EXPECT_TRUE(co_await other.take(states[0], soon())) << "who has begun ends";
        EXPECT_EQ(other.pending(), 2U);
        EXPECT_TRUE(co_await one.put(random_text(), begun(), soon()));
    });
}

TEST_F(SignInStates, WhatIsOverCountsNoMore) {
    pending_max = 1;
    with_states([](sign_in_states& of) -> task<void> {
        const auto state = random_text();
        EXPECT_TRUE(co_await of.put(state, begun(), soon()));
        EXPECT_FALSE(co_await of.put(random_text(), begun(), soon()));
        store().ask({"ZADD", "s:pkce_pending", "XX", "1", state});  // ten minutes later
        EXPECT_TRUE(co_await of.put(random_text(), begun(), soon()));
        EXPECT_EQ(store().ask({"ZCARD", "s:pkce_pending"}), "1\n");
    });
}

class SignIn : public sign_in_fixture {
protected:
    void with_sign_in(std::function<task<void>(sign_in&)> body,
                      client_auth by = client_auth::client_secret_basic) {
        with_all([body = std::move(body)](const all_of_it& of) { return body(of.in); }, by);
    }
    /// The fault of a sign-in whose answer was tampered with; "" when it goes well.
    static task<std::string> fault_with(sign_in& of,
                                        std::function<void(callback_query&, secret&)> tamper) {
        auto begun = (co_await of.begin("/orders", {}, soon())).value();
        auto answer = answer_of(provider().sign_in(begun.url));
        tamper(answer, begun.cookie);
        const auto end = co_await of.finish(std::move(answer), begun.cookie, soon());
        co_return end ? "" : std::string(to_string(end.error().why));
    }
};

TEST_F(SignIn, TellsWhoItIsAndWhereToGo) {
    for (const auto by : {client_auth::client_secret_basic, client_auth::none})
        with_sign_in(
            [](sign_in& of) -> task<void> {
                const auto begun = (co_await of.begin("/orders", {}, soon())).value();
                const auto back = provider().sign_in(begun.url);
                const auto end = co_await of.finish(answer_of(back), begun.cookie, soon());
                EXPECT_TRUE(end) << to_string(end.error().why) << " " << end.error().detail;
                if (!end) co_return;
                EXPECT_EQ(end->who->subject, "user-1");
                EXPECT_EQ(end->return_to, "/orders");
                EXPECT_FALSE(end->tokens.refresh.empty());
                const auto again = co_await of.finish(answer_of(back), begun.cookie, soon());
                EXPECT_EQ(again.error().why, sign_in_fault::unknown_state);
            },
            by);
}

TEST_F(SignIn, APushedRequestSignsInToo) {
    terms.push = true;
    with_sign_in([](sign_in& of) -> task<void> {
        EXPECT_EQ(co_await fault_with(of, [](auto&, auto&) {}), "");
    });
}

TEST_F(SignIn, OneThatTheProviderDoesNotBeginIsNotPending) {
    terms.push = true;
    with_sign_in([](sign_in& of) -> task<void> {
        const auto before = store().ask({"ZCARD", "s:pkce_pending"});
        provider().answer_by("path=/request&status=503");
        const auto begun = co_await of.begin("/orders", {}, soon());
        EXPECT_FALSE(begun.error().full);
        EXPECT_EQ(begun.error().provider.status, 503U);
        EXPECT_EQ(store().ask({"ZCARD", "s:pkce_pending"}), before);
    });
}

TEST_F(SignIn, OneBeyondTheBoundDoesNotReachTheProvider) {
    terms.push = true;
    pending_max = 1;
    store().ask({"FLUSHDB"});
    with_sign_in([](sign_in& of) -> task<void> {
        EXPECT_TRUE(co_await of.begin("/", {}, soon()));
        const auto pushed = provider().requests("/request");
        const auto refused = co_await of.begin("/", {}, soon());
        EXPECT_EQ(refused.error().full.value().limit, 1U);
        EXPECT_EQ(provider().requests("/request"), pushed);
    });
}

TEST_F(SignIn, AnotherBrowserIsNotSignedInAndTheCodeGoesNowhere) {
    with_sign_in([](sign_in& of) -> task<void> {
        EXPECT_EQ(co_await fault_with(of, [](auto&, auto&) {}), "");
        const auto before = provider().requests("/token");
        EXPECT_EQ(co_await fault_with(of, [](auto&, secret& cookie) { cookie = secret(); }),
                  "other_browser");
        EXPECT_EQ(co_await fault_with(of, [](auto&, secret& cookie) {
                      cookie = secret(random_text());
                  }),
                  "other_browser");
        EXPECT_EQ(co_await fault_with(of, [](callback_query& answer, auto&) {
                      answer.state = random_text();
                  }),
                  "unknown_state");
        EXPECT_EQ(co_await fault_with(of, [](callback_query& answer, auto&) {
                      answer.issuer = "https://evil.example";
                  }),
                  "other_issuer");
        EXPECT_EQ(co_await fault_with(of, [](callback_query& answer, auto&) {
                      answer.issuer.clear();
                  }),
                  "other_issuer") << "the provider always names itself";
        EXPECT_EQ(co_await fault_with(of, [](callback_query& answer, auto&) {
                      answer.error = "access_denied";
                  }),
                  "denied");
        for (const auto* passing : {"server_error", "temporarily_unavailable"})
            EXPECT_EQ(co_await fault_with(of, [&](callback_query& answer, auto&) {
                          answer.error = passing;
                      }),
                      "unavailable");
        EXPECT_EQ(provider().requests("/token"), before);
    });
}

TEST_F(SignIn, AnotherCodeIsRefused) {
    with_sign_in([](sign_in& of) -> task<void> {
        EXPECT_EQ(co_await fault_with(of, [](callback_query& answer, auto&) {
                      answer.code = secret(random_text());
                  }),
                  "grant_refused");
    });
}

TEST_F(SignIn, ACodeOfAnotherSignInIsRefused) {
    with_sign_in([](sign_in& of) -> task<void> {
        const auto other = (co_await of.begin("/", {}, soon())).value();
        const auto stolen = answer_of(provider().sign_in(other.url)).code;
        EXPECT_EQ(co_await fault_with(of, [&](callback_query& answer, auto&) {
                      answer.code = stolen;
                  }),
                  "grant_refused");
    });
}

TEST_F(SignIn, TwoWindowsOfOneBrowserSignInBeside) {
    with_sign_in([](sign_in& of) -> task<void> {
        const auto one = (co_await of.begin("/one", {}, soon())).value();
        const auto two = (co_await of.begin("/two", one.cookie, soon())).value();
        EXPECT_EQ(one.cookie, two.cookie);
        for (const auto& each : {one, two}) {
            auto answer = answer_of(provider().sign_in(each.url));
            EXPECT_TRUE(co_await of.finish(std::move(answer), two.cookie, soon()));
        }
    });
}

TEST_F(SignIn, AProviderInTroubleIsNotTheUsersFault) {
    with_sign_in([](sign_in& of) -> task<void> {
        const auto begun = (co_await of.begin("/orders", {}, soon())).value();
        auto answer = answer_of(provider().sign_in(begun.url));
        provider().answer_by("path=/token&status=503");
        const auto end = co_await of.finish(std::move(answer), begun.cookie, soon());
        EXPECT_EQ(end.error().why, sign_in_fault::unavailable);
    });
}

}  // namespace
}  // namespace headroom::auth
