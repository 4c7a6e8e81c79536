#include "headroom/auth/token_cache.hpp"

#include <openssl/evp.h>

#include <cstring>
#include <list>
#include <mutex>
#include <stdexcept>
#include <unordered_map>

namespace headroom::auth {
namespace {

constexpr std::size_t shard_count = 16;

struct digest_hash {
    std::size_t operator()(const token_digest& of) const noexcept {
        std::size_t made = 0;  // any bytes of a digest are as good as all
        std::memcpy(&made, of.data(), sizeof made);
        return made;
    }
};

}  // namespace

class token_cache::shard {
public:
    explicit shard(std::size_t entries_max) : entries_max_(entries_max) {}

    std::optional<verified_token> find(const token_digest& token, wall_time now) {
        const std::scoped_lock lock(mutex_);
        const auto found = places_.find(token);
        if (found == places_.end() || now >= found->second->of.until) {
            ++figures_.misses;
            if (found != places_.end()) drop(found);
            return std::nullopt;
        }
        ++figures_.hits;
        by_use_.splice(by_use_.begin(), by_use_, found->second);
        return found->second->of;
    }

    void put(const token_digest& token, verified_token of) {
        const std::scoped_lock lock(mutex_);
        if (const auto found = places_.find(token); found != places_.end()) drop(found);
        if (entries_max_ == 0) return;
        if (by_use_.size() == entries_max_) {
            ++figures_.evictions;
            drop(places_.find(by_use_.back().token));
        }
        by_use_.push_front({token, std::move(of)});
        places_.emplace(token, by_use_.begin());
    }

    void erase(const token_digest& token) {
        const std::scoped_lock lock(mutex_);
        if (const auto found = places_.find(token); found != places_.end()) drop(found);
    }

    void add_to(token_cache_figures& sum) const {
        const std::scoped_lock lock(mutex_);
        sum.hits += figures_.hits;
        sum.misses += figures_.misses;
        sum.evictions += figures_.evictions;
        sum.entries += by_use_.size();
    }

private:
    struct entry {
        token_digest token;
        verified_token of;
    };
    using entries = std::list<entry>;
    using places = std::unordered_map<token_digest, entries::iterator, digest_hash>;

    void drop(places::iterator at) {
        by_use_.erase(at->second);
        places_.erase(at);
    }

    const std::size_t entries_max_;
    mutable std::mutex mutex_;
    entries by_use_;  // the last used first
    places places_;
    token_cache_figures figures_;
};

token_cache::token_cache(std::size_t entries_max) {
    for (std::size_t i = 0; i < shard_count; ++i)
        shards_.push_back(std::make_unique<shard>((entries_max + i) / shard_count));
}
token_cache::~token_cache() = default;

token_digest token_cache::digest_of(std::string_view token) {
    token_digest made{};
    unsigned length = 0;
    if (EVP_Digest(token.data(), token.size(), made.data(), &length, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("SHA-256 failed");
    return made;
}

token_cache::shard& token_cache::shard_of(const token_digest& token) {
    return *shards_[token.back() % shard_count];
}

std::optional<verified_token> token_cache::find(const token_digest& token, wall_time now) {
    return shard_of(token).find(token, now);
}
void token_cache::put(const token_digest& token, verified_token of) {
    shard_of(token).put(token, std::move(of));
}
void token_cache::erase(const token_digest& token) { shard_of(token).erase(token); }

token_cache_figures token_cache::figures() const {
    token_cache_figures sum;
    for (const auto& each : shards_) each->add_to(sum);
    return sum;
}

}  // namespace headroom::auth
