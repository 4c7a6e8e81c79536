// auth/token_verifier_fixture.hpp: an issuer with a key of each kind, and a verifier that knows it.
#pragma once
#include <fmt/format.h>

#include <atomic>
#include <map>
#include <mutex>

#include "headroom/auth/token_fixture.hpp"
#include "headroom/auth/token_verifier.hpp"

namespace headroom::auth::fixture {

inline constexpr long noon = 1'800'000'000;  // seconds since 1970
inline wall_time at(long since_1970) { return wall_time(std::chrono::seconds(since_1970)); }

inline constexpr char home[] = "https://id.example", neighbour[] = "https://other.example";

inline issuer_policy policy_of(std::string issuer, std::string audience = "api") {
    issuer_policy made;
    made.issuer = std::move(issuer);
    made.audiences = {std::move(audience)};
    return made;
}

inline std::string claims_of(std::string_view issuer = home, std::string_view more = {}) {
    return fmt::format(R"({{"iss":"{}","sub":"user-1","aud":"api","exp":{},"iat":{},)"
                       R"("tenant_id":"acme","scope":"read write"{}}})",
                       issuer, noon + 600, noon, more);
}

/// The key sets of issuers, as a test changes them. Thread-safe.
class key_shelf {
public:
    void put(const std::string& issuer, const std::vector<std::string>& jwks,
             key_origin origin = key_origin::remote) {
        auto read = key_set::parse(set_of(jwks), origin);
        must(read.has_value());
        const std::scoped_lock lock(mutex_);
        sets_[issuer] = std::make_shared<const key_set>(std::move(*read));
    }
    void remove(const std::string& issuer) {
        const std::scoped_lock lock(mutex_);
        sets_.erase(issuer);
    }
    keys_of source() {
        return [this](std::string_view issuer) {
            asked.fetch_add(1);
            const std::scoped_lock lock(mutex_);
            const auto found = sets_.find(issuer);
            return found == sets_.end() ? nullptr : found->second;
        };
    }

    std::atomic<int> asked{0};

private:
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<const key_set>, std::less<>> sets_;
};

inline std::vector<std::string> all_jwks() {
    std::vector<std::string> made;
    for (const auto kind : {key_kind::rsa, key_kind::p256, key_kind::p384, key_kind::p521,
                            key_kind::ed25519})
        made.push_back(key_of(kind).jwk());
    return made;
}

}  // namespace headroom::auth::fixture
