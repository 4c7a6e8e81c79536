// auth/token_cache.hpp: tokens that were verified a moment ago.
//
// A signature is verified once and its token is presented a thousand times. An entry is found by
// the SHA-256 of the token's text, so no token is kept, and only who holds the very token finds it.
#pragma once
#include <openssl/types.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "headroom/auth/key.hpp"
#include "headroom/auth/principal.hpp"

namespace headroom::auth {

using token_digest = std::array<unsigned char, 32>;

struct verified_token {
    std::shared_ptr<const principal> who;
    key_thumbprint key;  ///< with which it was verified
    wall_time until;     ///< the entry ends here: the token's expiry, or its greatest age
};

struct token_cache_figures {
    std::uint64_t hits = 0, misses = 0, evictions = 0;
    std::size_t entries = 0;
};

/// Bounded; beyond it the entry of its shard that was used longest ago goes. Thread-safe: a digest
/// belongs to one of 16 shards with a lock each, held for a look-up only.
class token_cache {
public:
    /// 0: nothing is kept.
    explicit token_cache(std::size_t entries_max);
    token_cache(const token_cache&) = delete;
    token_cache& operator=(const token_cache&) = delete;
    ~token_cache();

    static token_digest digest_of(std::string_view token);

    /// Nothing once `now` has reached the entry's end. Whoever asks still has to see that the key
    /// is among the issuer's, as a key may go after the entry was made.
    std::optional<verified_token> find(const token_digest& token, wall_time now);
    void put(const token_digest& token, verified_token of);
    void erase(const token_digest& token);

    token_cache_figures figures() const;

private:
    class shard;
    shard& shard_of(const token_digest& token);
    std::vector<std::unique_ptr<shard>> shards_;
};

}  // namespace headroom::auth
