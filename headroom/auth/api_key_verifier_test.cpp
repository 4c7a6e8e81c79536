#include "headroom/auth/api_key_verifier.hpp"

#include <crypt.h>
#include <gtest/gtest.h>

#include <future>

#include "headroom/auth/api_key_uses.hpp"
#include "headroom/auth/older_api_keys.hpp"
#include "headroom/testing/manual_clock.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;

const secret test_pepper("a-pepper-of-this-test");

/// As older systems kept it; with a cost that a test can pay.
std::string bcrypt_of(const secret& value) {
    crypt_data room{};
    char salt[CRYPT_GENSALT_OUTPUT_SIZE];
    const char* made = crypt_gensalt_rn("$2b$", 4, "0123456789abcdef", 16, salt, sizeof salt);
    return crypt_r(value.reveal().c_str(), made, &room);
}

class ApiKeyVerifier : public ::testing::Test {
protected:
    ApiKeyVerifier() {
        row.id = key.id;
        row.hash = api_key_hash(key.value, test_pepper);
        principal agent;
        agent.subject = "agent-1";
        agent.kind = principal_kind::agent;
        agent.tenant = persistence::tenant_id::parse("acme").value();
        row.who = std::make_shared<const principal>(std::move(agent));
    }

    api_key_terms terms() {
        api_key_terms made;
        made.pepper = test_pepper;
        made.look_up = [this](std::string id,
                              deadline) -> task<std::optional<registered_api_key>> {
            ++queries;
            co_return id == row.id ? std::optional(row) : std::nullopt;
        };
        made.used = [this](const registered_api_key& of, wall_time at) { uses.note(of, at); };
        made.now = [this] { return now; };
        return made;
    }
    /// "" or the fault's word.
    std::string outcome(std::string_view text, older_api_keys* older = nullptr,
                        std::string_view from = "198.51.100.1") {
        auto with = terms();
        with.older = older;
        const api_key_verifier by(std::move(with), kept);
        std::string said;
        testing::run([&]() -> task<void> {
            const auto who = co_await by.verify(text, from, testing::soon());
            said = who ? "" : std::string(to_string(who.error()));
        });
        return said;
    }
    std::string outcome() { return outcome(key.text.reveal()); }

    const new_api_key key = make_api_key();
    registered_api_key row;
    int queries = 0;
    api_key_uses uses;
    wall_time now{std::chrono::hours(1'000)};
    testing::manual_clock clock;
    kept_api_keys kept{100, 5s, clock.source()};
};

TEST_F(ApiKeyVerifier, ARightKeyIsLookedUpOnceAMoment) {
    EXPECT_EQ(outcome(), "");
    EXPECT_EQ(outcome(), "");
    EXPECT_EQ(queries, 1);
    clock.advance(5s);
    EXPECT_EQ(outcome(), "");
    EXPECT_EQ(queries, 2);
}

TEST_F(ApiKeyVerifier, WhatIsMistypedIsNotLookedUp) {
    EXPECT_EQ(outcome("pk_nothing"), "malformed");
    EXPECT_EQ(outcome(key.text.reveal() + "x"), "malformed");
    EXPECT_EQ(queries, 0);
}

TEST_F(ApiKeyVerifier, AnUnknownIdAndAWrongSecretLookAlike) {
    const auto other = make_api_key();
    EXPECT_EQ(outcome(other.text.reveal()), "unknown");
    EXPECT_EQ(outcome("pk_" + key.id + other.value.reveal()), "wrong");
    EXPECT_EQ(error_code(api_key_fault::unknown), error_code(api_key_fault::wrong));
    EXPECT_EQ(sentence(api_key_fault::unknown), sentence(api_key_fault::wrong));
}

TEST_F(ApiKeyVerifier, WhetherAKeyIsInForceIsToldToWhomHasItsSecretAlone) {
    const auto guess = "pk_" + key.id + make_api_key().value.reveal();
    const auto is = [&](const char* expected) {
        kept.forget(row.id);
        EXPECT_EQ(outcome(), expected);
        EXPECT_EQ(outcome(guess), "wrong") << "of one that is " << expected;
    };
    row.revoked = true;
    is("revoked");
    row.revoked = false;
    row.agent_active = false;
    is("agent_suspended");
    row.agent_active = true;
    row.expiry = now;
    is("expired");
}

TEST_F(ApiKeyVerifier, ARevocationIsSeenWhenTheMomentIsOverOrWhenItIsForgotten) {
    EXPECT_EQ(outcome(), "");
    row.revoked = true;
    EXPECT_EQ(outcome(), "");
    clock.advance(5s);
    EXPECT_EQ(outcome(), "revoked");
    row.revoked = false;
    kept.forget_if([&](const auto& each) { return each.who->subject == "agent-1"; });
    EXPECT_EQ(outcome(), "");
}

TEST_F(ApiKeyVerifier, WithoutAPepperNothingIsVerified) {
    auto with = terms();
    with.pepper = secret();
    const api_key_verifier by(std::move(with), kept);
    testing::run([&]() -> task<void> {
        const auto who = co_await by.verify(key.text.reveal(), "198.51.100.1", testing::soon());
        EXPECT_EQ(who.error(), api_key_fault::not_served);
    });
    EXPECT_EQ(queries, 0);
}

TEST_F(ApiKeyVerifier, UsesOfOneKeyBecomeOne) {
    outcome();
    now += 3s;
    outcome();
    outcome("pk_" + key.id + make_api_key().value.reveal());
    const auto noted = uses.take();
    ASSERT_EQ(noted.size(), 1U);
    EXPECT_EQ(noted[0].key_id, key.id);
    EXPECT_EQ(noted[0].last, now);
    EXPECT_TRUE(uses.take().empty());
}

// ---- keys of the older kind ----

class OlderApiKeys : public ApiKeyVerifier {
protected:
    OlderApiKeys() {
        row.hash = bcrypt_of(key.value);
        with.on = &pool;
        with.pepper = test_pepper;
        with.replace = [this](const registered_api_key& of, std::string hash) {
            EXPECT_EQ(of.id, key.id);
            replaced.push_back(std::move(hash));
        };
    }
    std::string without_checksum() const { return "pk_" + key.id + key.value.reveal(); }
    static std::string guess_at(const std::string& id) {
        return "pk_" + id + make_api_key().value.reveal();
    }

    testing::thread_budget threads{1};
    worker_pool pool{"blocking", threads.several(1)};
    older_key_terms with;
    std::vector<std::string> replaced;
};

TEST_F(OlderApiKeys, ARightSecretIsHashedAnewOnce) {
    older_api_keys older(with);
    EXPECT_EQ(outcome(without_checksum(), &older), "");
    ASSERT_EQ(replaced.size(), 1U);
    EXPECT_EQ(replaced[0], api_key_hash(key.value, test_pepper));
    EXPECT_EQ(outcome(without_checksum(), &older), "");
    EXPECT_EQ(older.computed(), 1U) << "known by its HMAC from then on";
    EXPECT_EQ(replaced.size(), 1U);
}

TEST_F(OlderApiKeys, AKnownOnesWrongSecretCostsNoHash) {
    older_api_keys older(with);
    outcome(without_checksum(), &older);
    EXPECT_EQ(outcome("pk_" + key.id + make_api_key().value.reveal(), &older), "wrong");
    EXPECT_EQ(older.computed(), 1U);
}

TEST_F(OlderApiKeys, WhoGuessesIsNotListenedToForAWhileAndTheOwnerIs) {
    with.guesses_max = 2;
    older_api_keys older(with);
    const auto wrong = guess_at(key.id);
    EXPECT_EQ(outcome(wrong, &older), "wrong");
    EXPECT_EQ(outcome(wrong, &older), "wrong");
    EXPECT_EQ(outcome(wrong, &older), "guessed");
    EXPECT_EQ(status_of(api_key_fault::guessed), 429U);
    EXPECT_EQ(older.computed(), 2U);
    EXPECT_EQ(outcome(without_checksum(), &older, "203.0.113.9"), "");
    EXPECT_EQ(outcome(without_checksum(), &older), "") << "known by its HMAC, from anywhere";
    EXPECT_EQ(outcome(wrong, &older), "guessed");
    EXPECT_EQ(older.computed(), 3U);
}

TEST_F(OlderApiKeys, NoNumberOfGuessesTellsAKeyFromNone) {
    with.guesses_max = 2;
    older_api_keys older(with);
    const auto tried = [&](const std::string& id) {
        std::vector<std::string> told;
        for (int i = 0; i < 4; ++i) {
            const auto said = outcome(guess_at(id), &older);
            told.push_back(said == "unknown" ? "wrong" : said);  // told alike
        }
        return told;
    };
    const auto at_none = tried(make_api_key().id);
    EXPECT_EQ(at_none, (std::vector<std::string>{"wrong", "wrong", "guessed", "guessed"}));
    EXPECT_EQ(tried(key.id), at_none);
    row.id = make_api_key().id;
    row.hash = api_key_hash(key.value, test_pepper);
    EXPECT_EQ(tried(row.id), at_none);
}

TEST_F(OlderApiKeys, WhoWaitsForAThreadWaitsUntilItsDeadlineAndIsNotHashedAfterIt) {
    older_api_keys older(with);
    testing::test_reactor home;  // its hash comes back to where it was wanted
    std::promise<void> go_on;
    ASSERT_TRUE(pool.post([wait = go_on.get_future()] { wait.wait(); }));
    testing::run_on(home, [&]() -> task<void> {
        const auto found = co_await older.check(row, key.value, "", deadline::after(1ms));
        EXPECT_EQ(found.error(), api_key_fault::busy);
    });
    go_on.set_value();
    pool.stop();
    EXPECT_EQ(older.computed(), 0U);
}

TEST_F(OlderApiKeys, OneWithAChecksumIsNoneOfThem) {
    older_api_keys older(with);
    EXPECT_EQ(outcome(key.text.reveal(), &older), "wrong");
    EXPECT_EQ(older.computed(), 0U);
}

TEST_F(OlderApiKeys, OnlySoManyHashesAreUnderWay) {
    with.under_way_max = 0;
    older_api_keys older(with);
    EXPECT_EQ(outcome(without_checksum(), &older), "busy");
    EXPECT_EQ(status_of(api_key_fault::busy), 503U);
    EXPECT_EQ(older.computed(), 0U);
}

TEST_F(OlderApiKeys, WhereNobodyChecksThemTheyAreRefused) {
    EXPECT_EQ(outcome(without_checksum()), "wrong");
}

TEST(OlderHash, OneThatCostsTooMuchOrIsNoneVerifiesNothing) {
    const secret value("secret");
    auto dear = bcrypt_of(value);
    EXPECT_TRUE(matches_older_hash(value, dear));
    dear[4] = '3';
    dear[5] = '1';
    EXPECT_FALSE(matches_older_hash(value, dear));
    for (const auto* none : {"", "$2b$", "$2b$04$short", "$6$salt$hash", "plain"})
        EXPECT_FALSE(matches_older_hash(value, none)) << none;
    EXPECT_FALSE(is_older_hash(api_key_hash(value, test_pepper)));
}

TEST(OlderHash, IsWhatOtherProgramsMake) {  // a vector of jBCrypt's own tests, cost 12
    const std::string theirs = "$2a$12$D4G5f18o7aMMfwasBL7GpuQWuP3pkrZrOAnqP.bmezbMng.QwJ/pG";
    EXPECT_TRUE(matches_older_hash(secret("abcdefghijklmnopqrstuvwxyz"), theirs));
    EXPECT_FALSE(matches_older_hash(secret("abcdefghijklmnopqrstuvwxyy"), theirs));
}

}  // namespace
}  // namespace headroom::auth
