#include "headroom/auth/oidc/sessions.hpp"

#include "headroom/auth/oidc/shared_fixture.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::eventually_on_reactor;
using testing::soon;

class Sessions : public shared_fixture {
protected:
    session_terms terms{.prefix = "w:", .sealing = sealing()};

    void always_renewed() {
        terms.renew_before = 3'000s;
        terms.renew_percent_max = 100;
    }
    rotation_terms rotation{.prefix = "w:", .sealing = sealing()};

    void with_sessions(std::function<task<void>(token_client&, sessions&)> body) {
        with_renewing(rotation, [&](const renewing& by) -> task<void> {
            sessions all(by.of, by.one, by.shared, terms);
            co_await body(by.of, all);
        });
    }
    static task<signed_in> somebody(token_client& of) {
        co_return person(of, co_await signed_in_tokens(of));
    }
    static signed_in person(token_client& of, token_set tokens) {
        const auto now = std::chrono::floor<wall_time::duration>(std::chrono::system_clock::now());
        principal who{};
        who.issuer = of.issuer();
        who.subject = "user-1";
        who.tenant = persistence::tenant_id::parse("acme").value();
        who.scopes = {"read"};
        who.roles = {"admin"};
        who.expiry = now + 10min;
        return {std::make_shared<const principal>(std::move(who)), std::move(tokens), now,
                "/"};
    }
};

TEST_F(Sessions, IsFoundByItsIdAlone) {
    with_sessions([](token_client& of, sessions& all) -> task<void> {
        const auto who = co_await somebody(of);
        const auto id = co_await all.begin(who, soon());
        EXPECT_EQ(id.reveal().size(), unguessable_length);
        const auto found = co_await all.find(id, soon());
        EXPECT_TRUE(found);
        if (!found) co_return;
        EXPECT_EQ(found->who.subject, "user-1");
        EXPECT_EQ(found->who.tenant->text(), "acme");
        EXPECT_TRUE(found->who.has_role("admin") && found->who.has_scope("read"));
        EXPECT_EQ(found->access, who.tokens.access);
        for (const auto& other : {random_text(), std::string(), std::string(43, '*'),
                                  std::string(100'000, 'a')})
            EXPECT_FALSE(co_await all.find(secret(other), soon()));
    });
}

TEST_F(Sessions, RedisSignsNobodyIn) {
    with_sessions([](token_client& of, sessions& all) -> task<void> {
        const auto who = co_await somebody(of);
        const auto id = co_await all.begin(who, soon());
        const auto text = dump();
        EXPECT_THAT(text, HasSubstr("w:session:"));
        EXPECT_THAT(text, Not(HasSubstr(id.reveal().substr(0, 8))));
        EXPECT_THAT(text, Not(HasSubstr(who.tokens.refresh.reveal().substr(0, 8))));
        EXPECT_THAT(text, Not(HasSubstr("user-1")));
    });
}

TEST_F(Sessions, AfterItsSecretWasReplacedItIsSealedAgainAtItsNextRequest) {
    with_renewing(rotation, [&](const renewing& by) -> task<void> {
        const secret next(std::string(32, 'n'));
        auto both = terms, alone = terms;
        both.sealing = {next, sealing()};
        alone.sealing = next;
        sessions before(by.of, by.one, by.shared, terms),
            between(by.of, by.one, by.shared, both), after(by.of, by.one, by.shared, alone);
        const auto who = co_await somebody(by.of);
        const auto id = co_await before.begin(who, soon());
        EXPECT_FALSE(co_await after.find(id, soon())) << "given up too early";
        EXPECT_TRUE(co_await before.find(id, soon())) << "and it is still there";
        const auto found = co_await between.find(id, soon());
        EXPECT_EQ(found.value().access, who.tokens.access);
        EXPECT_EQ((co_await after.find(id, soon())).value().who.subject, "user-1");
        EXPECT_FALSE(co_await before.find(id, soon()));
        EXPECT_TRUE(co_await after.end(id, soon()));
    });
}

TEST_F(Sessions, EndsAndItsTokensAreRevoked) {
    with_sessions([](token_client& of, sessions& all) -> task<void> {
        const auto who = co_await somebody(of);
        const auto id = co_await all.begin(who, soon());
        EXPECT_TRUE(co_await all.end(id, soon()));
        EXPECT_FALSE(co_await all.find(id, soon()));
        const auto dead = co_await of.refresh(who.tokens.refresh, {}, soon());
        EXPECT_EQ(dead.error().why, oidc_fault::grant_refused);
        EXPECT_FALSE(co_await all.end(id, soon())) << "there is none any more";
    });
}

TEST_F(Sessions, AProviderThatIsInTroubleKeepsNobodySignedIn) {
    with_sessions([](token_client& of, sessions& all) -> task<void> {
        const auto id = co_await all.begin(co_await somebody(of), soon());
        provider().answer_by("path=/token/revocation&status=500");
        EXPECT_TRUE(co_await all.end(id, soon()));
        EXPECT_FALSE(co_await all.find(id, soon()));
    });
}

TEST_F(Sessions, TokensThatAreAboutToEndAreRenewedOnceForAll) {
    always_renewed();
    with_sessions([](token_client& of, sessions& all) -> task<void> {
        const auto who = co_await somebody(of);
        const auto id = co_await all.begin(who, soon());
        const auto before = provider().grants("refresh_token"), reused = provider().reused();
        unsigned left = 50;
        for (unsigned i = 0; i < 50; ++i)
            reactor::current()->spawn([&]() -> task<void> {
                const auto found = co_await all.find(id, soon());
                EXPECT_TRUE(found && !found->access.empty());
                if (found) EXPECT_NE(found->access, who.tokens.access);
                --left;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return left == 0; }));
        EXPECT_EQ(provider().grants("refresh_token") - before, 1U);
        EXPECT_TRUE(co_await all.find(id, soon())) << "by the next token, which was kept";
        EXPECT_EQ(provider().reused(), reused);
    });
}

TEST_F(Sessions, TwoHundredThatAreDueAtOnceAreRenewedOverTenConnections) {
    always_renewed();
    terms.provider_wait_max = 25s;
    with_client.connections_max = with_client.per_host_max = 10;
    with_sessions([&](token_client& of, sessions& all) -> task<void> {
        std::vector<secret> ids;
        for (const auto& each : provider().refresh_tokens(200)) {
            token_set tokens;
            tokens.access = secret("old");
            tokens.refresh = secret(each);
            tokens.life = 600s;
            ids.push_back(co_await all.begin(person(of, std::move(tokens)), soon()));
        }
        const auto reused = provider().reused(), refused = provider().refused(),
                   grants = provider().grants("refresh_token"),
                   connections = provider().connections();
        unsigned left = 200, good = 0;
        for (const auto& id : ids)
            reactor::current()->spawn([&]() -> task<void> {
                const auto found = co_await all.find(id, deadline::after(25s));
                good += found && found->access.reveal() != "old" ? 1 : 0;
                --left;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return left == 0; }, 25s));
        EXPECT_EQ(good, 200U);
        EXPECT_LE(provider().connections() - connections, 10U + 1U) << "one asked for the figures";
        EXPECT_EQ(provider().grants("refresh_token") - grants, 200U);
        EXPECT_EQ(provider().refused() - refused, 0U);
        EXPECT_EQ(provider().reused() - reused, 0U);
    });
}

TEST_F(Sessions, RenewedTokensSayAnewWhoItIs) {
    always_renewed();
    std::optional<token_fault> fault;
    terms.who_again = [&](const token_set& of, principal before,
                          deadline) -> task<verified_principal> {
        EXPECT_FALSE(of.id.empty());
        if (fault) co_return std::unexpected(token_refusal{*fault, {}, {}});
        before.roles = {"auditor"};
        before.email.reset();
        co_return std::make_shared<const principal>(std::move(before));
    };
    with_sessions([&](token_client& of, sessions& all) -> task<void> {
        auto who = co_await somebody(of);
        const auto id = co_await all.begin(who, soon());
        const auto found = co_await all.find(id, soon());
        EXPECT_EQ(found.value().who.roles, std::vector<std::string>{"auditor"});
        for (const auto passing : {token_fault::no_keys, token_fault::unknown_key,
                                   token_fault::expired, token_fault::not_yet_valid,
                                   token_fault::issued_in_future}) {
            fault = passing;
            EXPECT_EQ((co_await all.find(id, soon())).value().who.roles,
                      std::vector<std::string>{"auditor"}) << "as it was";
        }
        fault = token_fault::bad_claim;
        EXPECT_FALSE(co_await all.find(id, soon())) << "somebody else's";
        fault.reset();
        EXPECT_FALSE(co_await all.find(id, soon())) << "and over for good";
    });
}

TEST_F(Sessions, OneWhoseTokensAreRefusedIsOver) {
    always_renewed();
    with_sessions([](token_client& of, sessions& all) -> task<void> {
        const auto who = co_await somebody(of);
        const auto id = co_await all.begin(who, soon());
        EXPECT_TRUE(co_await of.revoke(who.tokens.refresh, "refresh_token", soon()));
        EXPECT_FALSE(co_await all.find(id, soon()));
        EXPECT_THAT(dump(), Not(HasSubstr("w:session:" + id.reveal())));
    });
}

TEST_F(Sessions, AProviderThatIsAwayLeavesTheOldTokens) {
    always_renewed();
    with_sessions([](token_client& of, sessions& all) -> task<void> {
        const auto who = co_await somebody(of);
        const auto id = co_await all.begin(who, soon());
        provider().answer_by("path=/token&status=503");
        const auto found = co_await all.find(id, soon());
        EXPECT_EQ(found.value().access, who.tokens.access);
    });
}

TEST_F(Sessions, AProviderThatIsAwayIsNotAskedWithEachRequest) {
    always_renewed();
    terms.renewal_pause = 60s;
    with_sessions([](token_client& of, sessions& all) -> task<void> {
        const auto id = co_await all.begin(co_await somebody(of), soon());
        provider().answer_by("path=/token&status=503");
        const auto before = provider().requests("/token");
        for (int i = 0; i < 5; ++i) EXPECT_TRUE(co_await all.find(id, soon()));
        EXPECT_EQ(provider().requests("/token") - before, 1U);
    });
}

TEST_F(Sessions, OneWhoseRefreshTokenIsLostLastsAsLongAsItsAccessToken) {
    always_renewed();
    terms.renewal_pause = 0s;
    rotation.turn_max = 400ms;
    rotation.exchange_max = 200ms;
    with_sessions([](token_client& of, sessions& all) -> task<void> {
        auto who = co_await somebody(of);
        const auto id = co_await all.begin(who, soon());
        const auto before = provider().requests("/token");
        provider().answer_by("path=/token&before=1000");  // longer than anybody waits
        for (int i = 0; i < 4; ++i) {
            const auto found = co_await all.find(id, soon());
            EXPECT_TRUE(found && found->access == who.tokens.access) << i;
        }
        EXPECT_EQ(provider().requests("/token") - before, 2U) << "and nobody asks any more";
        provider().answer_by("");
        who.tokens.life = 0s;
        EXPECT_FALSE(co_await all.find(co_await all.begin(who, soon()), soon())) << "over";
    });
}

TEST_F(Sessions, OneThatIsForgottenKeepsWhatItsProviderGave) {
    with_sessions([](token_client& of, sessions& all) -> task<void> {
        const auto who = co_await somebody(of);
        const auto id = co_await all.begin(who, soon());
        co_await all.forget(id, soon());
        EXPECT_FALSE(co_await all.find(id, soon()));
        EXPECT_TRUE(co_await of.refresh(who.tokens.refresh, {}, soon())) << "nothing is revoked";
    });
}

TEST_F(Sessions, WithoutARefreshTokenItEndsWithItsAccessToken) {
    always_renewed();
    with_sessions([](token_client& of, sessions& all) -> task<void> {
        auto who = co_await somebody(of);
        who.tokens.refresh = secret();
        EXPECT_TRUE(co_await all.find(co_await all.begin(who, soon()), soon())) << "due";
        who.tokens.life = 0s;
        EXPECT_FALSE(co_await all.find(co_await all.begin(who, soon()), soon())) << "over";
    });
}

TEST_F(Sessions, EndsAfterItsTime) {
    terms.idle_max = 1s;
    terms.life_max = 2s;
    with_sessions([](token_client& of, sessions& all) -> task<void> {
        const auto id = co_await all.begin(co_await somebody(of), soon());
        EXPECT_TRUE(co_await all.find(id, soon()));
        bool gone = false;
        for (const auto until = soon(); !gone && !until.passed();) {
            co_await sleep_until(deadline::after(100ms));
            gone = !co_await all.find(id, soon());  // each look is a request
        }
        EXPECT_TRUE(gone) << "whatever is done with it";
    });
}

}  // namespace
}  // namespace headroom::auth
