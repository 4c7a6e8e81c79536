#include "headroom/auth/older_api_keys.hpp"

#include <crypt.h>
#include <openssl/crypto.h>

#include <boost/assert.hpp>
#include <memory>

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t known_max = 10'000, guesses_remembered_max = 10'000;
constexpr auto known_for = 1h;  // until the registry has the new hash, and longer
constexpr std::size_t bcrypt_length = 60;

/// "$2b$12$..." says 12; 0 for what is none.
int cost_of(std::string_view hash) noexcept {
    const auto digit = [&](std::size_t at) { return hash[at] >= '0' && hash[at] <= '9'; };
    if (hash.size() != bcrypt_length || hash[6] != '$' || !digit(4) || !digit(5)) return 0;
    return (hash[4] - '0') * 10 + (hash[5] - '0');
}

/// One of those under way, for as long as it lives.
class turn {
public:
    turn(std::atomic<unsigned>& of, unsigned most) : of_(of), mine_(of.fetch_add(1) < most) {}
    ~turn() { of_.fetch_sub(1); }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    bool mine() const noexcept { return mine_; }

private:
    std::atomic<unsigned>& of_;
    const bool mine_;
};

}  // namespace

bool is_older_hash(std::string_view hash) noexcept {
    return hash.starts_with("$2a$") || hash.starts_with("$2b$") || hash.starts_with("$2y$");
}

bool matches_older_hash(const secret& value, const std::string& hash) {
    const int cost = cost_of(hash);
    if (!is_older_hash(hash) || cost == 0 || cost > bcrypt_cost_max) return false;
    const auto room = std::make_unique<crypt_data>();
    const char* made = crypt_r(value.reveal().c_str(), hash.c_str(), room.get());
    const bool same = made != nullptr && std::string_view(made).size() == hash.size() &&
                      CRYPTO_memcmp(made, hash.data(), hash.size()) == 0;
    OPENSSL_cleanse(room.get(), sizeof(crypt_data));
    return same;
}

older_api_keys::older_api_keys(older_key_terms terms)
    : terms_(std::move(terms)), known_(known_max, known_for),
      guesses_(guesses_remembered_max, terms_.guesses_kept) {
    BOOST_ASSERT(terms_.on != nullptr && !terms_.pepper.empty());
}

task<std::expected<void, api_key_fault>> older_api_keys::check(const registered_api_key& key,
                                                               const secret& value, deadline) {
    if (const auto known = known_.find(key.id); known && known->older == key.hash) {
        if (matches_api_key(value, terms_.pepper, known->hash))
            co_return std::expected<void, api_key_fault>();
        co_return std::unexpected(api_key_fault::wrong);
    }
    const auto guesses = guesses_.find(key.id).value_or(0);
    const turn mine(under_way_, terms_.under_way_max);
    if (guesses >= terms_.guesses_max || !mine.mine())
        co_return std::unexpected(api_key_fault::busy);
    // Copies: the job ends before this does, but what it is given belongs to nobody else.
    const bool right = co_await terms_.on->run(
        [value, hash = key.hash] { return matches_older_hash(value, hash); });
    computed_.fetch_add(1);
    if (!right) {
        note_wrong(key.id, guesses);
        co_return std::unexpected(api_key_fault::wrong);
    }
    auto hash = api_key_hash(value, terms_.pepper);
    known_.put(key.id, {key.hash, hash}, known_.ticket());
    if (terms_.replace) terms_.replace(key, std::move(hash));
    co_return std::expected<void, api_key_fault>();
}

void older_api_keys::note_wrong(const std::string& id, unsigned before) {
    guesses_.put(id, before + 1, guesses_.ticket());
}

}  // namespace headroom::auth
