// One verifier under many threads, while its issuer's keys change.
#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>

#include "headroom/auth/token_verifier_fixture.hpp"

namespace headroom::auth {
namespace {

using fixture::at;
using fixture::home;
using fixture::key_of;
using fixture::noon;

constexpr unsigned verifying_threads = 4;
constexpr int tokens_made = 40, rounds = 200;

std::vector<std::string> some_tokens() {
    std::vector<std::string> made;
    for (int i = 0; i < tokens_made; ++i) {
        const auto by = std::array{algorithm::es256, algorithm::ed25519,
                                   algorithm::rs256}.at(static_cast<std::size_t>(i) % 3);
        made.push_back(key_of(kind_for(by))
                           .token(by, fixture::claims_of(home, fmt::format(R"(,"jti":"{}")", i))));
    }
    return made;
}

TEST(TokenVerifierThreads, EveryThreadIsToldTheSameAndTheBoundHolds) {
    fixture::key_shelf shelf;
    shelf.put(home, fixture::all_jwks());
    token_verifier tokens({fixture::policy_of(home)}, shelf.source(), 20);  // fewer than there are
    const auto texts = some_tokens();
    std::atomic<int> wrong{0};
    {
        std::vector<std::jthread> all;
        for (unsigned i = 0; i < verifying_threads; ++i)
            all.emplace_back([&, i] {
                for (unsigned round = 0; round < rounds; ++round) {
                    const auto which = (round * (i + 1)) % texts.size();
                    const auto made = tokens.verify(texts[which], at(noon));
                    if (!made || (*made)->token_id != std::to_string(which)) ++wrong;
                }
            });
    }
    EXPECT_EQ(wrong.load(), 0);
    EXPECT_LE(tokens.cache_figures().entries, 20U);
}

TEST(TokenVerifierThreads, AfterAKeyIsGoneNoThreadAcceptsItsTokens) {
    fixture::key_shelf shelf;
    token_verifier tokens({fixture::policy_of(home)}, shelf.source(), 100);
    const auto token = key_of(key_kind::p256).token(algorithm::es256, fixture::claims_of());
    for (int turn = 0; turn < 20; ++turn) {
        shelf.put(home, fixture::all_jwks());
        std::atomic<bool> gone{false};
        std::atomic<int> late{0};
        {
            std::vector<std::jthread> all;
            for (unsigned i = 0; i < verifying_threads; ++i)
                all.emplace_back([&] {
                    for (int round = 0; round < 50; ++round) {
                        const bool before = gone.load();
                        if (tokens.verify(token, at(noon)) && before) ++late;
                    }
                });
            shelf.put(home, {key_of(key_kind::ed25519).jwk()});
            gone.store(true);
        }
        EXPECT_EQ(late.load(), 0);
    }
}

}  // namespace
}  // namespace headroom::auth
