#include "headroom/persistence/cache/detail/shared_level.hpp"

#include <algorithm>
#include <array>
#include <boost/system/system_error.hpp>

#include "headroom/persistence/redis/script.hpp"

namespace headroom::cache::detail {
namespace {

using redis::command;
using redis::sending;

constexpr std::size_t keys_a_unit = 500;

const redis::script& fill_script() {
    static const redis::script made(R"(
if redis.call('GETRANGE', KEYS[1], 0, 8) ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1)");
    return made;
}

const redis::script& raise_script() {
    static const redis::script made(R"(
local now = redis.call('INCRBY', KEYS[1], ARGV[1])
if redis.call('PTTL', KEYS[1]) < 0 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
return now)");
    return made;
}

wall_time wall_now() {
    return std::chrono::time_point_cast<std::chrono::milliseconds>(
        std::chrono::system_clock::now());
}

}  // namespace

shared_level::shared_level(redis::mux& on, const settings& with, std::function<double()> random)
    : on_(on), with_(with), keys_(with.prefix), channel_(keys_.channel()),
      random_(std::move(random)),
      breaker_(with.breaking, std::minstd_rand(std::random_device{}())), trust_(with.trust_ms) {}

std::optional<breaker::permit> shared_level::worth_asking(deadline::clock::time_point now) {
    if (!down_)
        if (auto may = breaker_.ask(now)) return *std::move(may);
    degraded_.add();
    return std::nullopt;
}

void shared_level::answered(breaker::permit& by, deadline::clock::time_point asked) {
    by.succeeded();
    trust_.answered(asked);
}

/// Why there was no answer is being thrown. Goes on throwing it when that is the caller's end.
void shared_level::not_answered(breaker::permit& by) {
    errors_.add();
    degraded_.add();
    try {
        throw;
    } catch (const redis::server_error&) {
        by.succeeded();  // it does not like the question, but does not keep us waiting
    } catch (const boost::system::system_error&) {
        throw;  // the caller is being cancelled
    } catch (const std::exception&) {
        by.failed(deadline::clock::now());
    }
}

/// One question, if Redis is worth it; none when it was not, or did not answer.
template <class Answer, class Ask>
task<std::optional<Answer>> shared_level::attempt(Ask ask, deadline until) {
    const auto asked = deadline::clock::now();
    auto may = worth_asking(asked);
    if (!may) co_return std::nullopt;
    try {
        std::optional<Answer> said(co_await ask(until.at_most(with_.redis_ms_max)));
        answered(*may, asked);
        co_return said;
    } catch (const std::exception&) {
        not_answered(*may);
    }
    co_return std::nullopt;
}

// As attempt(), without its frame: this is what most calls are.
task<sight> shared_level::read(std::string key, deadline until) {
    const auto asked = deadline::clock::now();
    auto may = worth_asking(asked);
    if (!may) co_return sight();
    const command get("GET", keys_.full(key));
    try {
        sight seen(co_await on_.run_held(get, until.at_most(with_.redis_ms_max),
                                         sending::repeatable));
        answered(*may, asked);
        co_return seen;
    } catch (const std::exception&) {
        not_answered(*may);
    }
    co_return sight();
}

std::string shared_level::value_record(std::string_view body, lifetime with) {
    return make_record(record_kind::value, stamps_(), wall_now() + with.fresh, body);
}

task<filled> shared_level::fill(std::string key, std::string head, std::string body,
                                deadline until) {
    const auto with = drawn(with_.values);
    const auto full = keys_.full(key), what = value_record(body, with);
    const auto life = std::to_string(with.kept.count());
    // Repeated after a lost answer it finds its own record there, and says that it is outdated.
    const auto said = co_await attempt<redis::value>(
        [&](deadline by) {
            return fill_script().run(on_, std::array<std::string_view, 1>{full},
                                     std::array<std::string_view, 3>{head, what, life}, by,
                                     sending::repeatable);
        },
        until);
    if (!said) co_return filled::away;
    co_return said->number() == 1 ? filled::stored : filled::outdated;
}

task<bool> shared_level::put(std::string key, std::string body, lifetime with, deadline until) {
    const auto drawn_life = drawn(with);
    std::vector<command> steps;
    steps.emplace_back("SET", keys_.full(key), value_record(body, drawn_life), "PX",
                       drawn_life.kept.count());
    steps.emplace_back("PUBLISH", channel_, key);
    const auto said = co_await attempt<std::vector<redis::value>>(
        [&](deadline by) { return on_.run_unit(steps, by, sending::repeatable); }, until);
    co_return said && std::ranges::none_of(*said, &redis::value::is_error);
}

task<bool> shared_level::mark(std::vector<std::string> keys, record_kind kind, deadline until) {
    const auto life = kind == record_kind::barred ? with_.barred_ms : 2 * with_.load_ms_max;
    for (std::size_t from = 0; from < keys.size(); from += keys_a_unit) {
        std::vector<command> steps;
        for (auto at = from; at < std::min(keys.size(), from + keys_a_unit); ++at) {
            steps.emplace_back("SET", keys_.full(keys[at]), make_record(kind, stamps_()), "PX",
                               life.count());
            steps.emplace_back("PUBLISH", channel_, keys[at]);
        }
        const auto said = co_await attempt<std::vector<redis::value>>(
            [&](deadline by) { return on_.run_unit(steps, by, sending::repeatable); }, until);
        if (!said || std::ranges::any_of(*said, &redis::value::is_error)) co_return false;
    }
    co_return true;
}

task<std::optional<std::int64_t>> shared_level::raise(std::string key, std::int64_t by,
                                                      std::chrono::milliseconds kept,
                                                      deadline until) {
    const auto full = keys_.full(key), more = std::to_string(by);
    const auto life = std::to_string(jittered(kept, with_.jitter, random_()).count());
    const auto said = co_await attempt<redis::value>(
        [&](deadline at) {
            return raise_script().run(on_, std::array<std::string_view, 1>{full},
                                      std::array<std::string_view, 2>{more, life}, at);
        },
        until);
    if (!said) co_return std::nullopt;
    co_return said->number();
}

task<void> shared_level::prove() {
    const command ping("PING");
    (void)co_await attempt<redis::value>(
        [&](deadline by) { return on_.run_held(ping, by, sending::repeatable); },
        deadline::after(with_.redis_ms_max));
}

}  // namespace headroom::cache::detail
