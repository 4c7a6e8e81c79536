#include "headroom/auth/oidc/rotating_refresh.hpp"

#include "headroom/auth/base64url.hpp"
#include "headroom/auth/detail/sha256.hpp"
#include "headroom/auth/oidc/detail/rotation_turns.hpp"
#include "headroom/auth/oidc/shared_fixture.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::eventually_on_reactor;
using testing::soon;

class RotatingRefresh : public shared_fixture {
protected:
    rotation_terms terms{.prefix = "t:", .sealing = sealing(), .turn_max = 600ms,
                         .exchange_max = 400ms};

    void with_two(std::function<task<void>(token_client&, rotating_refresh&, rotating_refresh&)>
                      body) {
        with_renewing(terms, [&](const renewing& by) { return body(by.of, by.one, by.other); });
    }
    /// How often the provider was asked with a refresh token, refused or not.
    static unsigned used() { return provider().grants("refresh_token") + provider().refused(); }
};

TEST_F(RotatingRefresh, ManyCallersInTwoProcessesAreOneRequest) {
    with_two([&](token_client& of, auto& one, auto& other) -> task<void> {
        const auto first = co_await signed_in_tokens(of);
        const auto before = used();
        std::set<std::string> got;
        unsigned left = 100;
        for (unsigned i = 0; i < 100; ++i)
            reactor::current()->spawn([&, i]() -> task<void> {
                const auto next =
                    co_await (i % 2 == 0 ? one : other).refresh(first.refresh, soon());
                got.insert(next ? next->refresh.reveal() : next.error().sentence());
                --left;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return left == 0; }));
        EXPECT_EQ(got.size(), 1U) << *got.begin();
        EXPECT_EQ(used() - before, 1U);
        EXPECT_EQ(one.figures().led + other.figures().led, 1U);
        EXPECT_EQ(one.figures().followed + other.figures().followed, 1U);
    });
}

TEST_F(RotatingRefresh, WhoComesLaterWithTheOldTokenFindsWhatCame) {
    with_two([&](token_client& of, auto& one, auto& other) -> task<void> {
        const auto first = co_await signed_in_tokens(of);
        const auto before = used();
        const auto next = co_await one.refresh(first.refresh, soon());
        const auto found = co_await other.refresh(first.refresh, soon());
        EXPECT_EQ(found.value().access, next.value().access);
        EXPECT_EQ(found->refresh, next->refresh);
        EXPECT_LE(found->life, next->life);
        EXPECT_EQ(used() - before, 1U);
        EXPECT_TRUE(co_await other.refresh(next->refresh, soon())) << "the family lives";
    });
}

TEST_F(RotatingRefresh, WhatCameIsKeptForAsLongAsItsTermsSay) {
    terms.kept = 48h;
    with_two([&](token_client& of, auto& one, auto&) -> task<void> {
        const auto first = co_await signed_in_tokens(of);
        EXPECT_TRUE(co_await one.refresh(first.refresh, soon()));
        const auto name = "t:refresh:" + to_base64url(detail::sha256(first.refresh.reveal()));
        const auto left = std::chrono::milliseconds(std::stoll(store().ask({"PTTL", name})));
        EXPECT_LE(left, 48h);
        EXPECT_GT(left, 47h) << "whatever the life of what came, and that of a turn";
    });
}

TEST_F(RotatingRefresh, ATokenThatIsRefusedIsAskedWithOnce) {
    with_two([&](token_client&, auto& one, auto& other) -> task<void> {
        const auto before = used();
        const secret unknown(random_text());
        const auto first = co_await one.refresh(unknown, soon());
        EXPECT_EQ(first.error().why, oidc_fault::grant_refused);
        const auto second = co_await other.refresh(unknown, soon());
        EXPECT_EQ(second.error().why, oidc_fault::grant_refused);
        EXPECT_EQ(used() - before, 1U);
    });
}

TEST_F(RotatingRefresh, AProviderInTroubleDoesNotSpendTheToken) {
    with_two([&](token_client& of, auto& one, auto& other) -> task<void> {
        const auto first = co_await signed_in_tokens(of);
        for (const auto* trouble : {"status=500", "status=503", "status=429&retry_after=1",
                                    "status=502", "status=404"}) {
            provider().answer_by(std::string("path=/token&") + trouble);
            EXPECT_TRUE((co_await one.refresh(first.refresh, soon())).error().passing());
            EXPECT_TRUE((co_await other.refresh(first.refresh, soon())).error().passing());
        }
        provider().answer_by("");
        EXPECT_TRUE(co_await other.refresh(first.refresh, soon()));
    });
}

TEST_F(RotatingRefresh, OneThatNobodyKnowsTheEndOfIsAskedWithTwiceAtMost) {
    with_two([&](token_client& of, auto& one, auto& other) -> task<void> {
        const auto first = co_await signed_in_tokens(of);
        const auto before = provider().requests("/token");
        provider().answer_by("path=/token&before=1000");  // longer than anybody waits
        const auto late = co_await one.refresh(first.refresh, soon());
        EXPECT_TRUE(late.error().may_have_acted);
        EXPECT_TRUE((co_await other.refresh(first.refresh, soon())).error().may_have_acted);
        provider().answer_by("");
        const auto lost = co_await one.refresh(first.refresh, soon());
        EXPECT_EQ(lost.error().why, oidc_fault::lost);
        EXPECT_THAT(lost.error().sentence(), HasSubstr("2 times"));
        EXPECT_EQ(provider().requests("/token") - before, 2U);
    });
}

TEST_F(RotatingRefresh, ATurnThatNobodyEndsPassesOn) {
    with_two([&](token_client& of, auto&, auto& other) -> task<void> {
        const auto first = co_await signed_in_tokens(of);
        const auto before = used();
        co_await with_redis([&](redis::mux& shared) -> task<void> {
            detail::rotation_turns turns(shared, terms);
            const auto name =
                "t:refresh:" + to_base64url(detail::sha256(first.refresh.reveal()));
            EXPECT_EQ((co_await turns.ask(name, "dead", soon())).is,
                      detail::turn_answer::kind::mine);
            const auto began = deadline::clock::now();
            EXPECT_TRUE(co_await other.refresh(first.refresh, soon()));
            EXPECT_GE(deadline::clock::now() - began, 500ms);
            // Whoever comes too late keeps what stands, and his turn is nobody's.
            const auto stands = co_await turns.keep(name, "late", 60s, soon());
            EXPECT_NE(stands, "late");
            co_await turns.bury(name, 1, soon());
            EXPECT_TRUE(co_await other.refresh(first.refresh, soon()));
        });
        EXPECT_EQ(used() - before, 1U);
    });
}

TEST_F(RotatingRefresh, StopDoesNotWaitForAProviderThatHangs) {
    terms.turn_max = 25s;
    terms.exchange_max = 20s;
    with_two([&](token_client& of, auto& one, auto& other) -> task<void> {
        const auto first = co_await signed_in_tokens(of);
        provider().answer_by("path=/token&before=3000");
        const auto before = provider().requests("/token");
        std::optional<oidc_result<token_set>> led;
        reactor::current()->spawn([&]() -> task<void> {
            led = co_await one.refresh(first.refresh, deadline::after(25s));
        });
        EXPECT_TRUE(co_await eventually_on_reactor(
            [&] { return provider().requests("/token") > before; }));
        const auto began = deadline::clock::now();
        co_await one.stop(deadline::after(100ms));
        EXPECT_LT(deadline::clock::now() - began, 2'500ms) << "the provider still hangs";
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return led.has_value(); }));
        EXPECT_EQ(led.value().error().why, oidc_fault::unavailable);
        EXPECT_TRUE(led->error().may_have_acted);
        EXPECT_EQ((co_await one.refresh(first.refresh, soon())).error().detail,
                  "the process stops");
        provider().answer_by("");
        const auto next = co_await other.refresh(first.refresh, soon());
        EXPECT_TRUE(next) << "the turn was given back";
    });
}

TEST_F(RotatingRefresh, StopLetsWhatEndsInTimeEnd) {
    with_two([&](token_client& of, auto& one, auto&) -> task<void> {
        const auto first = co_await signed_in_tokens(of);
        provider().answer_by("path=/token&after=100");
        bool got = false;
        reactor::current()->spawn([&]() -> task<void> {
            got = (co_await one.refresh(first.refresh, soon())).has_value();
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return one.figures().led == 1; }));
        co_await one.stop(soon());
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return got; }));
    });
}

TEST_F(RotatingRefresh, StopDoesNotWaitForARedisThatHangs) {
    with_two([&](token_client& of, auto& one, auto&) -> task<void> {
        const auto first = co_await signed_in_tokens(of);
        store().freeze();
        bool ended = false;
        reactor::current()->spawn([&]() -> task<void> {
            EXPECT_FALSE(co_await one.refresh(first.refresh, deadline::after(25s)));
            ended = true;
        });
        co_await yield_now();
        const auto began = deadline::clock::now();
        co_await one.stop(deadline::after(50ms));
        EXPECT_LT(deadline::clock::now() - began, 1'500ms);
        store().thaw();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ended; }));
    });
}

TEST_F(RotatingRefresh, WithoutRedisNothingIsAsked) {
    with_two([&](token_client& of, auto& one, auto&) -> task<void> {
        const auto first = co_await signed_in_tokens(of);
        const auto before = used();
        store().freeze();
        const auto got = co_await one.refresh(first.refresh, deadline::after(200ms));
        store().thaw();
        EXPECT_EQ(got.error().why, oidc_fault::unavailable);
        EXPECT_EQ(used(), before);
        EXPECT_TRUE(co_await one.refresh(first.refresh, soon()));
    });
}

TEST_F(RotatingRefresh, RedisHoldsNoToken) {
    with_two([&](token_client& of, auto& one, auto&) -> task<void> {
        const auto first = co_await signed_in_tokens(of);
        const auto next = co_await one.refresh(first.refresh, soon());
        EXPECT_TRUE(next);
        const auto all = dump();
        EXPECT_THAT(all, HasSubstr("t:refresh:"));
        for (const auto& each : {first.refresh, first.access, next->refresh, next->access})
            EXPECT_THAT(all, Not(HasSubstr(each.reveal().substr(0, 8) == "eyJhbGci"
                                               ? each.reveal().substr(40, 12)
                                               : each.reveal().substr(0, 8))));
    });
}

TEST_F(RotatingRefresh, AnotherKeyOpensNothingUnlessItKnowsTheOneBefore) {
    with_renewing(terms, [&](const renewing& by) -> task<void> {
        const auto first = co_await signed_in_tokens(by.of);
        EXPECT_TRUE(co_await by.one.refresh(first.refresh, soon()));
        auto others = terms;
        others.sealing = secret(std::string(32, 'o'));
        rotating_refresh other(by.of, by.shared, others);
        const auto got = co_await other.refresh(first.refresh, soon());
        EXPECT_EQ(got.error().why, oidc_fault::grant_refused);
        others.sealing.earlier = sealing();
        rotating_refresh both(by.of, by.shared, others);
        EXPECT_TRUE(co_await both.refresh(first.refresh, soon()));
        co_await other.stop(soon());
        co_await both.stop(soon());
    });
}

}  // namespace
}  // namespace headroom::auth
