#include "headroom/auth/oidc/detail/rotation_turns.hpp"

#include <array>

#include "headroom/persistence/redis/script.hpp"

namespace headroom::auth::detail {
namespace {

// KEYS[1]: the hash. ARGV: who, turn in ms, tries, kept in ms.
const redis::script& ask_script() {
    static const redis::script text(
        "local at = redis.call('TIME') "
        "local now = at[1] * 1000 + math.floor(at[2] / 1000) "
        "local h = redis.call('HMGET', KEYS[1], 'next', 'dead', 'until', 'tries', 'turn', 'who') "
        "if h[1] then return {'next', h[1]} end "
        "if h[2] then return {'dead', 0} end "
        "local left = tonumber(h[3] or '0') - now "
        "if left > 0 and h[6] == ARGV[1] then return {'mine', tonumber(h[5])} end "
        "if left > 0 then return {'other', left} end "
        "local tries = tonumber(h[4] or '0') "
        "if tries >= tonumber(ARGV[3]) then return {'lost', tries} end "
        "local turn = redis.call('HINCRBY', KEYS[1], 'turn', 1) "
        "redis.call('HSET', KEYS[1], 'who', ARGV[1], 'tries', tries + 1, "
        "'until', string.format('%.0f', now + ARGV[2])) "
        "redis.call('PEXPIRE', KEYS[1], ARGV[4]) "
        "return {'mine', turn}");
    return text;
}

// ARGV: what is sealed, kept in ms.
const redis::script& keep_script() {
    static const redis::script text(
        "redis.call('HSETNX', KEYS[1], 'next', ARGV[1]) "
        "redis.call('HDEL', KEYS[1], 'until', 'who') "
        "redis.call('PEXPIRE', KEYS[1], ARGV[2]) "
        "return redis.call('HGET', KEYS[1], 'next')");
    return text;
}

// ARGV: the turn, what to do: "dead", "unspent" or "unknown". A turn that has passed on says
// nothing any more.
const redis::script& end_script() {
    static const redis::script text(
        "if redis.call('HGET', KEYS[1], 'turn') ~= ARGV[1] then return 0 end "
        "redis.call('HDEL', KEYS[1], 'until', 'who') "
        "if ARGV[2] == 'dead' then redis.call('HSET', KEYS[1], 'dead', 1) end "
        "if ARGV[2] == 'unspent' then redis.call('HINCRBY', KEYS[1], 'tries', -1) end "
        "return 1");
    return text;
}

using enum redis::sending;

std::string in_ms(std::chrono::milliseconds of) { return std::to_string(of.count()); }

turn_answer read_turn(const redis::value& said) {
    const auto word = said[0].text();
    if (word == "next") return {turn_answer::kind::next, 0, std::string(said[1].text())};
    const auto number = said[1].number();
    if (word == "mine") return {turn_answer::kind::mine, number};
    if (word == "other") return {turn_answer::kind::other, number};
    if (word == "dead") return {turn_answer::kind::dead};
    return {turn_answer::kind::lost, number};
}

}  // namespace

task<turn_answer> rotation_turns::ask(std::string name, std::string who, deadline until) {
    const auto turn = in_ms(terms_.turn_max), tries = std::to_string(terms_.tries_max),
               kept = in_ms(terms_.kept);
    const std::array<std::string_view, 1> keys{name};
    const std::array<std::string_view, 4> words{who, turn, tries, kept};
    co_return read_turn(co_await ask_script().run(shared_, keys, words, until, repeatable));
}

task<std::string> rotation_turns::keep(std::string name, std::string sealed,
                                       std::chrono::seconds kept, deadline until) {
    const auto kept_ms = in_ms(kept);
    const std::array<std::string_view, 1> keys{name};
    const std::array<std::string_view, 2> words{sealed, kept_ms};
    const auto said = co_await keep_script().run(shared_, keys, words, until, repeatable);
    co_return std::string(said.text());
}

task<void> rotation_turns::bury(std::string name, std::int64_t turn, deadline until) {
    const auto number = std::to_string(turn);
    const std::array<std::string_view, 1> keys{name};
    const std::array<std::string_view, 2> words{number, "dead"};
    (void)co_await end_script().run(shared_, keys, words, until, repeatable);
}

task<void> rotation_turns::give_back(std::string name, std::int64_t turn, bool unspent,
                                     deadline until) {
    const auto number = std::to_string(turn);
    const std::array<std::string_view, 1> keys{name};
    const std::array<std::string_view, 2> words{number, unspent ? "unspent" : "unknown"};
    (void)co_await end_script().run(shared_, keys, words, until, once);
}

}  // namespace headroom::auth::detail
