#include "headroom/auth/oidc/token_keeper.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>

#include "headroom/auth/oidc/provider_fixture.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;
using testing::eventually_on_reactor;
using testing::soon;

class TokenKeeper : public provider_fixture {
protected:
    static unsigned posts() { return provider().requests("/token"); }

    void with_keeper(token_keeper_terms terms, std::function<task<void>(token_keeper&)> body) {
        with_tokens(client_auth::client_secret_basic, [&](token_client& of) -> task<void> {
            EXPECT_TRUE(co_await of.metadata(soon()));
            token_keeper one(of, terms);
            co_await testing::and_at_last([&] { return body(one); }, [&] { return one.stop(); });
        });
    }
    void with_keeper(std::function<task<void>(token_keeper&)> body) {
        with_keeper({}, std::move(body));
    }
    /// So many callers at once; the distinct tokens they got, "" for a failure.
    static task<std::set<std::string>> all_of(token_keeper& of, unsigned callers,
                                              grant_request what = {}) {
        std::set<std::string> got;
        unsigned left = callers;
        for (unsigned i = 0; i < callers; ++i)
            reactor::current()->spawn([&]() -> task<void> {
                const auto token = co_await of.token(what, soon());
                got.insert(token ? token->reveal() : "");
                --left;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return left == 0; }));
        co_return got;
    }
};

TEST_F(TokenKeeper, AThousandCallersAreOneRequest) {
    with_keeper([](token_keeper& of) -> task<void> {
        const auto before = posts();
        const auto got = co_await all_of(of, 1'000, {"read", api});
        EXPECT_EQ(got.size(), 1U);
        EXPECT_FALSE(got.contains(""));
        EXPECT_EQ(posts() - before, 1U);
        EXPECT_EQ(co_await all_of(of, 10, {"read", api}), got) << "it is kept";
        EXPECT_EQ(posts() - before, 1U);
        EXPECT_EQ(of.figures().asked, 1'010U);
    });
}

TEST_F(TokenKeeper, EachScopeAndAudienceHasATokenOfItsOwn) {
    with_keeper({.tokens_max = 2}, [](token_keeper& of) -> task<void> {
        const auto one = co_await of.token({"read", api}, soon());
        const auto other = co_await of.token({"write", api}, soon());
        EXPECT_NE(one->reveal(), other->reveal());
        const auto beyond = co_await of.token({"read write", api}, soon());
        EXPECT_EQ(beyond.error().why, oidc_fault::misconfigured) << "two are kept";
        EXPECT_TRUE(co_await of.token({"read", api}, soon()));
    });
}

TEST_F(TokenKeeper, AFailureIsSharedAndNotRemembered) {
    with_keeper([](token_keeper& of) -> task<void> {
        const auto before = posts();
        provider().answer_by("path=/token&status=500&before=200");
        EXPECT_EQ(co_await all_of(of, 100), std::set<std::string>{""});
        EXPECT_EQ(posts() - before, 1U);
        provider().answer_by("");
        EXPECT_TRUE(co_await of.token({}, soon())) << "at once";
        EXPECT_EQ(posts() - before, 2U);
    });
}

TEST_F(TokenKeeper, APauseThatIsAskedForIsKept) {
    with_keeper([](token_keeper& of) -> task<void> {
        const auto before = posts();
        provider().answer_by("path=/token&status=429&retry_after=30");
        EXPECT_EQ((co_await of.token({}, soon())).error().retry_after, 30s);
        provider().answer_by("");
        const auto again = co_await of.token({}, soon());
        EXPECT_EQ(again.error().why, oidc_fault::unavailable);
        EXPECT_GE(again.error().retry_after, 25s);
        EXPECT_EQ(posts() - before, 1U);
    });
}

TEST_F(TokenKeeper, OneWhoIsCancelledStopsNobodyElse) {
    namespace asio = boost::asio;
    with_keeper([](token_keeper& of) -> task<void> {
        provider().answer_by("path=/token&after=300");
        const auto before = posts();
        asio::cancellation_signal signal;
        bool cancelled = false, got = false, ended = false;
        asio::co_spawn(
            reactor::current()->get_executor(),
            [&]() -> task<void> {
                try {
                    (void)co_await of.token({}, soon());
                } catch (const boost::system::system_error& why) {
                    cancelled = why.code() == asio::error::operation_aborted;
                }
            },
            asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr) { ended = true; }));
        reactor::current()->spawn([&]() -> task<void> {
            got = (co_await of.token({}, soon())).has_value();
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return of.figures().fetched == 1; }));
        signal.emit(asio::cancellation_type::terminal);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ended; }));
        EXPECT_TRUE(cancelled);
        EXPECT_FALSE(got);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return got; }));
        EXPECT_EQ(posts() - before, 1U);
    });
}

TEST_F(TokenKeeper, OneWhoWaitsHasADeadlineOfHisOwn) {
    with_keeper([](token_keeper& of) -> task<void> {
        provider().answer_by("path=/token&after=500");
        const auto late = co_await of.token({}, deadline::after(50ms));
        EXPECT_EQ(late.error().why, oidc_fault::unavailable);
        EXPECT_TRUE(co_await of.token({}, soon())) << "by the same request";
        EXPECT_EQ(of.figures().fetched, 1U);
    });
}

TEST_F(TokenKeeper, ARenewalGoesBesideAndWhatFailsInPassingKeepsTheOldToken) {
    token_keeper_terms at_once;
    at_once.times = {.due_from = 0.0001, .due_until = 0.0001, .pauses = {1ms, 2ms, 5ms}};
    with_keeper(at_once, [](token_keeper& of) -> task<void> {
        const auto first = co_await of.token({}, soon());
        EXPECT_TRUE(first);
        provider().answer_by("path=/token&status=503");
        while (of.figures().failures < 3) {
            const auto kept = co_await of.token({}, soon());
            EXPECT_EQ(kept->reveal(), first->reveal());
            co_await sleep_until(deadline::after(1ms));
        }
        provider().answer_by("");
        auto now = co_await of.token({}, soon());
        for (const auto until = soon(); *now == *first && !until.passed();) {
            co_await sleep_until(deadline::after(1ms));
            now = co_await of.token({}, soon());
        }
        EXPECT_NE(now->reveal(), first->reveal());
    });
}

TEST_F(TokenKeeper, ATokenThatWasRefusedIsReplacedOnce) {
    with_keeper([](token_keeper& of) -> task<void> {
        const auto first = co_await of.token({}, soon());
        co_await of.refused({}, *first);
        const auto second = co_await of.token({}, soon());
        EXPECT_NE(second->reveal(), first->reveal());
        co_await of.refused({}, *first);
        EXPECT_EQ((co_await of.token({}, soon()))->reveal(), second->reveal());
    });
}

}  // namespace
}  // namespace headroom::auth
