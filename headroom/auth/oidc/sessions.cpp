#include "headroom/auth/oidc/sessions.hpp"

#include <algorithm>
#include <array>
#include <boost/assert.hpp>

#include "headroom/auth/base64url.hpp"
#include "headroom/auth/detail/sha256.hpp"
#include "headroom/auth/oidc/detail/session_record.hpp"
#include "headroom/auth/random_text.hpp"
#include "headroom/persistence/redis/script.hpp"

namespace headroom::auth {
namespace {

// KEYS[1]: the hash. ARGV: idle in s. A look keeps the session alive, never beyond its end.
const redis::script& look_script() {
    static const redis::script text(
        "local h = redis.call('HMGET', KEYS[1], 'body', 'version', 'ends') "
        "if not h[1] then return {} end "
        "local left = tonumber(h[3]) - tonumber(redis.call('TIME')[1]) "
        "if left <= 0 then redis.call('DEL', KEYS[1]) return {} end "
        "redis.call('EXPIRE', KEYS[1], math.min(left, tonumber(ARGV[1]))) "
        "return {h[1], tonumber(h[2])}");
    return text;
}

// ARGV: body, the version it follows. A later one stays, and what is gone stays gone.
const redis::script& write_script() {
    static const redis::script text(
        "if redis.call('HGET', KEYS[1], 'version') ~= ARGV[2] then return 0 end "
        "redis.call('HSET', KEYS[1], 'body', ARGV[1], 'version', ARGV[2] + 1) "
        "return 1");
    return text;
}

// ARGV: body, idle in s, life in s.
const redis::script& begin_script() {
    static const redis::script text(
        "local ends = redis.call('TIME')[1] + ARGV[3] "
        "redis.call('HSET', KEYS[1], 'body', ARGV[1], 'version', 1, "
        "'ends', string.format('%.0f', ends)) "
        "redis.call('EXPIRE', KEYS[1], math.min(ARGV[2], ARGV[3])) "
        "return 1");
    return text;
}

using enum redis::sending;

wall_time session_time() {
    return std::chrono::floor<wall_time::duration>(std::chrono::system_clock::now());
}

bool is_session_id(std::string_view text) {
    return text.size() == unguessable_length &&
           text.find_first_not_of(base64url_alphabet) == text.npos;
}

/// `ended`: so have the tokens that were to be renewed.
bool signs_out(const oidc_failure& why, bool ended) {
    return why.why == oidc_fault::grant_refused || (why.why == oidc_fault::lost && ended);
}

/// Of an id token that the provider has just given us: what its clock, ours, and a key set that
/// lags behind the provider's may bring about.
bool may_pass(token_fault why) {
    using enum token_fault;
    return why == no_keys || why == unknown_key || why == expired || why == not_yet_valid ||
           why == issued_in_future;
}

std::chrono::seconds since(wall_time then, wall_time now) {
    return std::chrono::floor<std::chrono::seconds>(
        std::max(now - then, wall_time::duration::zero()));
}

/// Until when a renewal that failed is not tried again; false: at once. Where the tokens have ended
/// nobody waits longer than the provider asked.
bool put_off(detail::session_record& of, const oidc_failure& why, const session_terms& terms) {
    const auto asked =
        std::min(why.retry_after.value_or(std::chrono::seconds(0)), terms.retry_after_max);
    const auto left = of.tokens.life;
    const auto pause =
        left.count() == 0 ? asked : std::min(std::max(asked, terms.renewal_pause), left);
    if (pause.count() > 0) of.due = session_time() + pause;
    return pause.count() > 0;
}

}  // namespace

struct sessions::found {
    detail::session_record record;
    std::int64_t version;
    bool sealed_earlier;  // with the secret before the present one
};

sessions::sessions(token_client& provider, rotating_refresh& renewing, redis::mux& shared,
                   session_terms terms)
    : provider_(provider), renewing_(renewing), shared_(shared), terms_(std::move(terms)),
      seal_(terms_.sealing, "session") {
    BOOST_ASSERT(terms_.idle_max.count() > 0 && terms_.idle_max <= terms_.life_max);
}

std::string sessions::name_of(const secret& id) const {
    return terms_.prefix + "session:" + to_base64url(detail::sha256(id.reveal()));
}

deadline sessions::at_once(deadline until) const { return until.at_most(terms_.redis_wait_max); }

wall_time sessions::due_after(wall_time now, std::chrono::seconds life) const {
    return now + life - std::min(terms_.renew_before, life * terms_.renew_percent_max / 100);
}

task<secret> sessions::begin(signed_in who, deadline until) {
    const secret id(random_text());
    const auto now = session_time();
    who.tokens.life -= std::min(who.tokens.life, since(who.issued, now));
    const auto body = seal_.seal(
        id.reveal(), detail::text_of_session({*who.who, who.tokens, now,
                                              due_after(now, who.tokens.life)}, now));
    const auto name = name_of(id), idle = std::to_string(terms_.idle_max.count()),
               life = std::to_string(terms_.life_max.count());
    const std::array<std::string_view, 1> keys{name};
    const std::array<std::string_view, 3> words{body, idle, life};
    (void)co_await begin_script().run(shared_, keys, words, at_once(until), repeatable);
    co_return id;
}

task<std::optional<session>> sessions::find(secret id, deadline until) {
    if (!is_session_id(id.reveal())) co_return std::nullopt;
    auto of = co_await read(id, until);
    if (!of || !co_await renewed(id, *of, until)) co_return std::nullopt;
    if (of->sealed_earlier) co_await write(id, *of, until);
    auto& record = of->record;
    const bool good = record.tokens.life.count() > 0;
    co_return session{std::move(record.who), good ? std::move(record.tokens.access) : secret(),
                      record.began + terms_.life_max};
}

task<std::optional<sessions::found>> sessions::read(const secret& id, deadline until) {
    const auto name = name_of(id), idle = std::to_string(terms_.idle_max.count());
    const std::array<std::string_view, 1> keys{name};
    const std::array<std::string_view, 1> words{idle};
    const auto said = co_await look_script().run(shared_, keys, words, at_once(until), repeatable);
    if (said.empty()) co_return std::nullopt;
    const auto text = seal_.open(id.reveal(), said[0].text());
    auto record = text ? detail::session_in(text->text, session_time()) : std::nullopt;
    if (!record) co_return std::nullopt;
    co_return found{*std::move(record), said[1].number(), text->by_earlier};
}

task<bool> sessions::renewed(const secret& id, found& of, deadline until) {
    auto& held = of.record.tokens;
    const bool ended = held.life.count() == 0;
    if (session_time() < of.record.due || (held.refresh.empty() && !ended)) co_return true;
    auto next = oidc_result<token_set>(std::unexpected(oidc_failure{oidc_fault::grant_refused}));
    if (!held.refresh.empty())
        next = co_await renewing_.refresh(
            held.refresh, ended ? until : until.at_most(terms_.provider_wait_max));
    if (!next && signs_out(next.error(), ended)) {
        co_await forget(id, until);
        co_return false;
    }
    if (!next) {  // the old ones, as long as they live
        if (put_off(of.record, next.error(), terms_)) co_await write(id, of, until);
        co_return true;
    }
    const auto soon = until.at_most(terms_.provider_wait_max);  // for the provider's keys
    if (!co_await still_itself(*next, of.record.who, soon)) {
        co_await forget(id, until);
        co_return false;
    }
    if (next->id.empty()) next->id = std::move(held.id);
    held = *std::move(next);
    of.record.due = due_after(session_time(), held.life);
    co_await write(id, of, until);
    co_return true;
}

task<bool> sessions::still_itself(const token_set& renewed, principal& who, deadline until) {
    if (renewed.id.empty() || !terms_.who_again) co_return true;
    const auto now = co_await terms_.who_again(renewed, who, until);
    if (!now) co_return may_pass(now.error().why);
    auto next = **now;
    if (!next.email) next.email = std::move(who.email);
    if (!next.name) next.name = std::move(who.name);
    who = std::move(next);
    co_return true;
}

task<void> sessions::forget(secret id, deadline until) {
    (void)co_await shared_.run(redis::command("DEL", name_of(id)), at_once(until), repeatable);
}

task<void> sessions::write(const secret& id, found& of, deadline until) {
    const auto body =
        seal_.seal(id.reveal(), detail::text_of_session(of.record, session_time()));
    const auto name = name_of(id), version = std::to_string(of.version);
    const std::array<std::string_view, 1> keys{name};
    const std::array<std::string_view, 2> words{body, version};
    (void)co_await write_script().run(shared_, keys, words, at_once(until), repeatable);
    of.sealed_earlier = false;
}

task<bool> sessions::end(secret id, deadline until) {
    if (!is_session_id(id.reveal())) co_return false;
    const auto of = co_await read(id, until);
    co_await forget(id, until);
    if (!of) co_return false;
    const auto& held = of->record.tokens;
    const bool by_refresh = !held.refresh.empty();
    (void)co_await provider_.revoke(by_refresh ? held.refresh : held.access,
                                    by_refresh ? "refresh_token" : "access_token",
                                    until.at_most(terms_.provider_wait_max));
    co_return true;
}

}  // namespace headroom::auth
