#include "headroom/auth/older_api_keys.hpp"

#include <crypt.h>
#include <openssl/crypto.h>

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/assert.hpp>
#include <boost/system/system_error.hpp>
#include <memory>

namespace headroom::auth {
namespace asio = boost::asio;
namespace {

using namespace std::chrono_literals;
using clock_timer = asio::basic_waitable_timer<deadline::clock,
                                               asio::wait_traits<deadline::clock>, executor>;

constexpr std::size_t known_max = 10'000, guesses_remembered_max = 10'000;
constexpr auto known_for = 1h;  // until the registry has the new hash, and longer
constexpr std::size_t bcrypt_length = 60;

/// "$2b$12$..." says 12; 0 for what is none.
int cost_of(std::string_view hash) noexcept {
    const auto digit = [&](std::size_t at) { return hash[at] >= '0' && hash[at] <= '9'; };
    if (hash.size() != bcrypt_length || hash[6] != '$' || !digit(4) || !digit(5)) return 0;
    return (hash[4] - '0') * 10 + (hash[5] - '0');
}

std::string place_of(std::string_view id, std::string_view from) {
    return std::string(id) + ' ' + std::string(from);
}

}  // namespace

/// One of those under way, for as long as it lives.
class older_api_keys::turn {
public:
    turn(std::shared_ptr<work> of, unsigned most)
        : of_(std::move(of)), mine_(of_->under_way.fetch_add(1) < most) {}
    ~turn() { of_->under_way.fetch_sub(1); }
    turn(const turn&) = delete;
    turn& operator=(const turn&) = delete;
    bool mine() const noexcept { return mine_; }
    void count() const noexcept { of_->computed.fetch_add(1); }

private:
    const std::shared_ptr<work> of_;
    const bool mine_;
};

/// What a waiting request and its hash share: either may be the last to know of it.
struct older_api_keys::hashing {
    hashing(const executor& home, deadline until) : give_up(home, until.at()) {}
    clock_timer give_up;
    std::optional<bool> right;  // written on the request's reactor
};

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
                                                               const secret& value,
                                                               std::string_view from,
                                                               deadline until) {
    if (const auto known = known_.find(key.id); known && known->older == key.hash) {
        if (matches_api_key(value, terms_.pepper, known->hash))
            co_return std::expected<void, api_key_fault>();
        co_return std::unexpected(api_key_fault::wrong);
    }
    if (guesses_.find(place_of(key.id, from)).value_or(0) >= terms_.guesses_max)
        co_return std::unexpected(api_key_fault::wrong);  // guessed, once it is counted
    const auto right = co_await hashes_to(key.hash, value, until);
    if (!right) co_return std::unexpected(api_key_fault::busy);
    if (!*right) co_return std::unexpected(api_key_fault::wrong);
    auto hash = api_key_hash(value, terms_.pepper);
    known_.put(key.id, {key.hash, hash}, known_.ticket());
    if (terms_.replace) terms_.replace(key, std::move(hash));
    co_return std::expected<void, api_key_fault>();
}

task<std::optional<bool>> older_api_keys::hashes_to(const std::string& hash, const secret& value,
                                                    deadline until) const {
    auto mine = std::make_unique<const turn>(work_, terms_.under_way_max);
    if (!mine->mine()) co_return std::nullopt;
    const auto home = co_await asio::this_coro::executor;
    // Not const: the job hands it on and keeps no copy, whose timer would outlive its reactor.
    auto shared = std::make_shared<hashing>(home, until);
    // Copies: the request may have gone when a thread comes to it.
    const auto posted = terms_.on->post([shared, home, until, value, hash,
                                         mine = std::move(mine)]() mutable {
        std::optional<bool> right;
        if (!until.passed()) {
            right = matches_older_hash(value, hash);
            mine->count();
        }
        mine.reset();  // before anybody is told: who asks next has it
        asio::post(home, [shared = std::move(shared), right] {
            shared->right = right;
            shared->give_up.cancel();
        });
    });
    if (!posted) co_return std::nullopt;
    boost::system::error_code cut;
    co_await shared->give_up.async_wait(asio::redirect_error(use_task, cut));
    if (!shared->right && cut) throw boost::system::system_error(cut);  // it was cancelled
    co_return shared->right;
}

api_key_fault older_api_keys::count_wrong(std::string_view id, std::string_view from,
                                          api_key_fault why) {
    const auto place = place_of(id, from);
    const auto before = guesses_.find(place).value_or(0);
    if (before >= terms_.guesses_max) return api_key_fault::guessed;
    guesses_.put(place, before + 1, guesses_.ticket());
    return why;
}

}  // namespace headroom::auth
