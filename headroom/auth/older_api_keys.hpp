// auth/older_api_keys.hpp: keys whose secrets an older system hashed with bcrypt.
//
// A bcrypt hash costs a quarter of a second of processor time, which whoever sends keys can make us
// spend. So it runs on budgeted threads, never on a reactor; only few are under way at once, and
// after some wrong secrets for one key it is not looked at for a while. A secret that was right is
// known by its HMAC from then on, and the owner of the registry is told to keep that instead.
#pragma once
#include <atomic>
#include <expected>
#include <functional>
#include <string_view>

#include "headroom/auth/api_key_verifier.hpp"
#include "headroom/runtime/worker_pool.hpp"

namespace headroom::auth {

/// "$2a$", "$2b$" or "$2y$".
bool is_older_hash(std::string_view hash) noexcept;
/// Costs what the hash says, at most bcrypt_cost_max; blocks. False for what is no bcrypt hash.
bool matches_older_hash(const secret& value, const std::string& hash);

inline constexpr int bcrypt_cost_max = 12;

struct older_key_terms {
    worker_pool* on = nullptr;  ///< where hashes are computed
    secret pepper;
    /// Told once a secret was right: keep this HMAC instead. On the caller's reactor; must not
    /// wait.
    std::function<void(const registered_api_key& of, std::string hash)> replace{};
    unsigned under_way_max = 2;   ///< hashes computed or waiting for a thread
    unsigned guesses_max = 5;     ///< wrong secrets for one key ...
    std::chrono::milliseconds guesses_kept{60'000};  ///< ... within so long
};

/// Usable from every reactor.
class older_api_keys {
public:
    explicit older_api_keys(older_key_terms terms);

    /// wrong or busy. Requires is_older_hash(key.hash).
    task<std::expected<void, api_key_fault>> check(const registered_api_key& key,
                                                   const secret& value, deadline until);

    /// Hashes computed so far.
    std::uint64_t computed() const noexcept { return computed_.load(); }

private:
    struct known_hash {
        std::string older, hash;
    };
    void note_wrong(const std::string& id, unsigned before);

    const older_key_terms terms_;
    std::atomic<unsigned> under_way_{0};
    std::atomic<std::uint64_t> computed_{0};
    brief_cache<known_hash> known_;
    brief_cache<unsigned> guesses_;
};

}  // namespace headroom::auth
