// Ten minutes of a provider and of those who present its tokens, in virtual time: how often its
// keys are fetched, and that no verification has a part in it.
#include <gtest/gtest.h>

#include <optional>

#include "headroom/auth/key_refresh.hpp"
#include "headroom/auth/token_verifier_fixture.hpp"
#include "headroom/testing/manual_clock.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;
using moment = std::chrono::milliseconds;  // since the begin

/// An issuer's keys behind HTTP: what it says, how long it takes, and when it fails.
struct slow_provider {
    std::optional<std::chrono::seconds> max_age;
    moment takes{3'000};
    moment fails_from{0}, fails_until{0};
    unsigned asked = 0, failed = 0, not_modified = 0, sent = 0;

    /// A request that began at `when`, with the tag it was given before or none. True: an answer.
    bool answers(moment when, bool has_tag) {
        ++asked;
        if (when >= fails_from && when < fails_until) return ++failed, false;
        ++(has_tag ? not_modified : sent);
        return true;
    }
};

/// What a key source does with key_refresh, at each instant: see detail/key_source_body.cpp.
class KeySimulation : public ::testing::Test {
protected:
    KeySimulation() {
        for (unsigned i = 0; i < 50; ++i)
            tokens_.push_back(fixture::key_of(key_kind::p256).token(
                algorithm::es256, fixture::claims_of(fixture::home, fmt::format(R"(,"n":{})", i))));
    }

    /// Until the first keys are there nobody asks, as a service is not ready before.
    void begin() {
        turn();
        while (of_.is(clock_.now()) == key_freshness::none) advance(1ms);
    }
    /// Verifies a token each `step` until `end`.
    void verify_until(moment end, moment step) {
        for (; passed() < end; advance(step)) verify();
    }
    moment passed() const { return std::chrono::duration_cast<moment>(clock_.now() - began_); }

    slow_provider provider;
    key_refresh_bounds within{.retries = {10s, 10s, 10s}};  // without jitter
    unsigned verified = 0, refused = 0, waited = 0, by_stale = 0;

private:
    void advance(moment by) {
        clock_.advance(by);
        turn();
    }
    void turn() {
        if (ends_ && clock_.now() >= *ends_) finish();
        if (ends_ || !of_.due(clock_.now())) return;
        of_.begun();
        answered_ = provider.answers(passed(), has_keys_);
        ends_ = clock_.now() + provider.takes;
    }
    void finish() {
        ends_.reset();
        if (!answered_) return of_.failed(clock_.now());
        of_.fetched(provider.max_age, clock_.now());
        if (!std::exchange(has_keys_, true)) shelf_.put(fixture::home, fixture::all_jwks());
    }
    void verify() {
        const auto now = clock_.now();
        waited += of_.ask(true, false, now) != key_refresh::act::answer;
        by_stale += of_.is(now) == key_freshness::stale;
        const auto at = fixture::at(fixture::noon) + passed();
        ++(verifier_.verify(tokens_[next_++ % tokens_.size()], at) ? verified : refused);
    }

    testing::manual_clock clock_;
    const key_refresh::time_point began_ = clock_.now();
    key_refresh of_{within, std::minstd_rand(3)};
    std::optional<key_refresh::time_point> ends_;  // of the fetch under way
    bool answered_ = false, has_keys_ = false;
    fixture::key_shelf shelf_;
    const keys_of keys_ = shelf_.source();
    token_verifier verifier_{{fixture::policy_of(fixture::home)},
                             [this](std::string_view issuer) {
                                 return clock_.now() < of_.spent_at() ? keys_(issuer) : nullptr;
                             },
                             1'000};
    std::vector<std::string> tokens_;
    std::size_t next_ = 0;
};

// A fetch a half-time of its 60 s, begun at 0, 33, ... 198 s; then seven fail, 10 s and the 3 s of
// each apart; from 322 s on it answers again.
TEST_F(KeySimulation, AThousandASecondNeverWaitForASourceThatIsSlowOrFailsForTwoMinutes) {
    provider.max_age = 60s;
    provider.fails_from = 200s;
    provider.fails_until = 320s;
    begin();
    verify_until(603s, 1ms);
    EXPECT_EQ(verified, 600'000U);
    EXPECT_EQ(refused, 0U);
    EXPECT_EQ(waited, 0U);
    EXPECT_EQ(provider.asked, 23U);
    EXPECT_EQ(provider.failed, 7U);
    EXPECT_EQ(provider.sent, 1U);
    EXPECT_EQ(provider.not_modified, 15U);
    EXPECT_EQ(by_stale, 64'000U) << "from 261 s, a minute after the last answer, to 325 s";
}

TEST_F(KeySimulation, WithoutATimeOfTheIssuersThreeFetchesLastForTenMinutes) {
    begin();
    verify_until(600s, 10ms);
    EXPECT_EQ(provider.asked, 3U) << "at 0 s, within 243 to 273 s, within 486 to 549 s";
    EXPECT_EQ(provider.sent, 1U);
    EXPECT_EQ(waited + refused + by_stale, 0U);
}

TEST_F(KeySimulation, AnIssuersTimeIsTakenWithinBounds) {
    provider.takes = 0ms;
    provider.max_age = 1s;  // thirty, at least
    begin();
    verify_until(600s, 10ms);
    EXPECT_EQ(provider.asked, 40U) << "each 15 s";
    EXPECT_EQ(waited + refused + by_stale, 0U);
}

TEST_F(KeySimulation, AnIssuersDayIsOneFetch) {
    provider.max_age = 48h;
    begin();
    verify_until(600s, 10ms);
    EXPECT_EQ(provider.asked, 1U);
    EXPECT_EQ(waited + refused + by_stale, 0U);
}

}  // namespace
}  // namespace headroom::auth
