#include "headroom/auth/oidc/sign_in_states.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/assert.hpp>
#include <boost/json/object.hpp>
#include <stdexcept>

#include "headroom/auth/base64url.hpp"
#include "headroom/auth/detail/sha256.hpp"
#include "headroom/auth/detail/strict_object.hpp"
#include "headroom/auth/oidc/detail/token_record.hpp"
#include "headroom/auth/random_text.hpp"
#include "headroom/persistence/redis/script.hpp"

namespace headroom::auth {
namespace {

// KEYS: the state, the index. ARGV: what is sealed, ttl in s, how many may be pending, the state's
// name in the index. One that is put again, after an answer that got lost, counts once.
const redis::script& put_script() {
    static const redis::script text(
        "local at = redis.call('TIME') "
        "local now = at[1] * 1000 + math.floor(at[2] / 1000) "
        "redis.call('ZREMRANGEBYSCORE', KEYS[2], '-inf', string.format('%.0f', now)) "
        "local pending = redis.call('ZCARD', KEYS[2]) "
        "if pending >= tonumber(ARGV[3]) and not redis.call('ZSCORE', KEYS[2], ARGV[4]) then "
        "local oldest = redis.call('ZRANGE', KEYS[2], 0, 0, 'WITHSCORES') "
        "return {0, pending, oldest[2] - now} end "
        "redis.call('ZADD', KEYS[2], string.format('%.0f', now + ARGV[2] * 1000), ARGV[4]) "
        "redis.call('EXPIRE', KEYS[2], ARGV[2]) "
        "redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2]) "
        "return {1, redis.call('ZCARD', KEYS[2]), 0}");
    return text;
}

// ARGV: the state's name in the index.
const redis::script& take_script() {
    static const redis::script text(
        "redis.call('ZREM', KEYS[2], ARGV[1]) "
        "return {redis.call('ZCARD', KEYS[2]), redis.call('GETDEL', KEYS[1])}");
    return text;
}

secret text_of_begun(const begun_sign_in& of) {
    const auto begun = std::chrono::floor<std::chrono::seconds>(of.begun.time_since_epoch());
    return detail::to_text({{"code_verifier", of.verifier.reveal()},
                            {"redirect_uri", of.redirect_uri},
                            {"nonce", of.nonce},
                            {"binding", of.binding},
                            {"return_to", of.return_to},
                            {"created_at", begun.count()}});
}

std::optional<begun_sign_in> begun_in(const secret& text) {
    const auto read = detail::strict_object(text.reveal());
    if (!read) return std::nullopt;
    const auto member = [&](std::string_view name) { return detail::text_of(*read, name); };
    const auto verifier = member("code_verifier"), redirect = member("redirect_uri"),
               nonce = member("nonce"), binding = member("binding"), back = member("return_to");
    const auto* begun = read->if_contains("created_at");
    if (!verifier || !redirect || !nonce || !binding || !back || begun == nullptr ||
        !begun->is_int64())
        return std::nullopt;
    return begun_sign_in{secret(std::string(*verifier)), std::string(*redirect),
                         std::string(*nonce),            std::string(*binding),
                         std::string(*back), wall_time(std::chrono::seconds(begun->get_int64()))};
}

bool is_state(std::string_view text) {
    return text.size() == unguessable_length &&
           text.find_first_not_of(base64url_alphabet) == text.npos;
}

}  // namespace

std::string binding_of(const secret& cookie) {
    return to_base64url(detail::sha256(cookie.reveal()));
}

std::string too_many_sign_ins::sentence() const {
    return fmt::format("{} sign-ins have begun and not ended, of {} at most; the oldest is over "
                       "in {} s",
                       pending, limit, wait.count());
}

sign_in_states::sign_in_states(redis::mux& shared, std::string prefix,
                               const sealing_secrets& sealing, std::size_t pending_max)
    : shared_(shared), prefix_(std::move(prefix)), index_(prefix_ + "pkce_pending"),
      seal_(sealing, "pkce"), pending_max_(pending_max) {
    BOOST_ASSERT(pending_max_ > 0);
}

task<std::expected<void, too_many_sign_ins>> sign_in_states::put(std::string state,
                                                                 begun_sign_in what,
                                                                 deadline until) {
    if (!is_state(state) || what.return_to.size() > return_to_bytes_max)
        throw std::length_error("a sign-in's state or way back is none");
    const auto sealed = seal_.seal(state, text_of_begun(what));
    const auto name = name_of(state), life = std::to_string(ttl.count()),
               most = std::to_string(pending_max_);
    const std::array<std::string_view, 2> keys{name, index_};
    const std::array<std::string_view, 4> words{sealed, life, most, state};
    const auto said = co_await put_script().run(
        shared_, keys, words, until.at_most(redis_wait_max), redis::sending::repeatable);
    const auto pending = static_cast<std::uint64_t>(said[1].number());
    pending_ = pending;
    if (said[0].number() == 1) co_return std::expected<void, too_many_sign_ins>();
    const std::chrono::milliseconds wait(said[2].number());
    co_return std::unexpected(
        too_many_sign_ins{pending, pending_max_, std::chrono::ceil<std::chrono::seconds>(wait)});
}

task<std::optional<begun_sign_in>> sign_in_states::take(std::string state, deadline until) {
    if (!is_state(state)) co_return std::nullopt;
    const auto name = name_of(state);
    const std::array<std::string_view, 2> keys{name, index_};
    const std::array<std::string_view, 1> words{state};
    const auto said = co_await take_script().run(
        shared_, keys, words, until.at_most(redis_wait_max), redis::sending::once);
    pending_ = static_cast<std::uint64_t>(said[0].number());
    if (said[1].is_nothing()) co_return std::nullopt;
    const auto text = seal_.open(state, said[1].text());
    if (!text) co_return std::nullopt;
    co_return begun_in(text->text);
}

}  // namespace headroom::auth
