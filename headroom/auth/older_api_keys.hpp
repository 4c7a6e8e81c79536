// auth/older_api_keys.hpp: keys whose secrets an older system hashed with bcrypt.
//
// A bcrypt hash costs a quarter of a second of processor time, which whoever sends keys can make us
// spend. So it runs on budgeted threads, never on a reactor; only few are under way at once; and
// after some wrong secrets for one key from one network, none from there is hashed for a while: who
// guesses locks himself out, and not the owner. A secret that was right is known by its HMAC from
// then on, whoever guesses, and the owner of the registry is told to keep that instead.
#pragma once
#include <atomic>
#include <expected>
#include <functional>
#include <memory>
#include <optional>
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
    unsigned guesses_max = 5;     ///< wrong secrets for one key from one network ...
    std::chrono::milliseconds guesses_kept{60'000};  ///< ... within so long
};

/// Usable from every reactor.
class older_api_keys {
public:
    explicit older_api_keys(older_key_terms terms);

    /// wrong or busy; busy too when the deadline comes first. The hash of one who has gone is not
    /// begun. Requires is_older_hash(key.hash).
    task<std::expected<void, api_key_fault>> check(const registered_api_key& key,
                                                   const secret& value, std::string_view from,
                                                   deadline until);

    /// Counts what was refused for `why`, unknown or wrong: the same, or guessed where too many
    /// were before. `from`: the network it came from.
    api_key_fault count_wrong(std::string_view id, std::string_view from, api_key_fault why);

    /// Hashes computed so far.
    std::uint64_t computed() const noexcept { return work_->computed.load(); }

private:
    struct known_hash {
        std::string older, hash;
    };
    /// Shared with the threads: a hash under way may outlive whoever wanted it, and this.
    struct work {
        std::atomic<unsigned> under_way{0};
        std::atomic<std::uint64_t> computed{0};
    };
    class turn;
    struct hashing;

    /// Nothing when there is no turn, or the deadline comes first.
    task<std::optional<bool>> hashes_to(const std::string& hash, const secret& value,
                                        deadline until) const;

    const older_key_terms terms_;
    const std::shared_ptr<work> work_ = std::make_shared<work>();
    brief_cache<known_hash> known_;
    brief_cache<unsigned> guesses_;
};

}  // namespace headroom::auth
