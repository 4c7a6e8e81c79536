#include "headroom/tasks/queue_control.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "headroom/tasks/detail/bounded_reads.hpp"
#include "headroom/tasks/detail/scripts.hpp"
#include "headroom/tasks/wire/label_words.hpp"
#include "headroom/tasks/wire/task_message.hpp"

namespace headroom::tasks {
namespace {

using redis::command;
using redis::sending;

std::string letter_field(const redis::element& of, std::string_view name) {
    const auto found = of.find(name);
    return found && found->is() == redis::kind::text ? std::string(found->text()) : std::string();
}

unsigned as_count(const std::string& digits) {
    unsigned made = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), made);
    return made;
}

std::optional<dead_letter> read_letter(const redis::element& entry) {
    const auto id = entry_id::parse(entry[0].text());
    if (!id) return std::nullopt;
    const auto of = entry[1];
    return dead_letter{*id,
                       letter_field(of, "reason"),
                       letter_field(of, "note"),
                       letter_field(of, "task_id"),
                       letter_field(of, "task_name"),
                       letter_field(of, "entry"),
                       as_count(letter_field(of, "deliveries")),
                       as_count(letter_field(of, "failures")),
                       letter_field(of, "consumer"),
                       letter_field(of, "wake"),
                       letter_field(of, "data")};
}

/// As if it had never failed; what cannot be read goes as it is.
std::string without_failures(const std::string& data) {
    auto read = read_message(data);
    if (!read || !read->labels.erase(label_name::retries)) return data;
    return write_message(*read).value_or(data);
}

/// Of TIME.
std::int64_t milliseconds_of(const redis::value& time) {
    constexpr std::int64_t second_ms = 1'000, ms_us = 1'000;
    if (!time.has_elements() || time.size() != 2) return 0;
    const auto number = [&](std::size_t i) {
        std::int64_t made = 0;
        const auto digits = time[i].text();
        std::from_chars(digits.data(), digits.data() + digits.size(), made);
        return made;
    };
    return number(0) * second_ms + number(1) / ms_us;
}

std::uint64_t length_of(const redis::value& said) {
    return said.is() == redis::kind::number ? static_cast<std::uint64_t>(said.number()) : 0;
}

}  // namespace

queue_control::queue_control(redis::mux& through, std::string queue, std::string group)
    : through_(through), keys_(std::move(queue)), group_(std::move(group)) {}

task<bool> queue_control::cancel(std::string task_id, deadline until) {
    const std::array<std::string_view, 3> keys{keys_.cancelled, keys_.version, keys_.delayed};
    const auto kept = std::to_string(std::chrono::milliseconds(cancel_kept).count());
    const auto most = std::to_string(cancels_max);
    const std::array<std::string_view, 4> with{task_id, keys_.channel, kept, most};
    const auto said = co_await detail::cancel_script().run(through_, keys, with, until,
                                                           sending::repeatable);
    co_return said.number() == 1;
}

task<void> queue_control::set_paused(bool paused, deadline until) {
    std::vector<command> unit;
    unit.emplace_back("MULTI");
    if (paused)
        unit.emplace_back("SET", keys_.paused, "1");
    else
        unit.emplace_back("DEL", keys_.paused);
    unit.emplace_back("INCR", keys_.version);
    unit.emplace_back("PUBLISH", keys_.channel, "look");
    unit.emplace_back("EXEC");
    const auto said = co_await through_.run_unit(std::move(unit), until, sending::repeatable);
    redis::throw_if_error(said.back(), "EXEC");
}

task<void> queue_control::pause(deadline until) { return set_paused(true, until); }

task<void> queue_control::resume(deadline until) { return set_paused(false, until); }

task<queue_facts> queue_control::facts(deadline until) {
    std::vector<command> unit;
    unit.emplace_back("EXISTS", keys_.paused);
    unit.emplace_back("XLEN", keys_.stream);
    unit.emplace_back("ZCARD", keys_.delayed);
    unit.emplace_back("XLEN", keys_.dead);
    unit.emplace_back("ZCARD", keys_.cancelled);
    unit.emplace_back("XPENDING", keys_.stream, group_);
    unit.emplace_back("XINFO", "CONSUMERS", keys_.stream, group_);
    unit.emplace_back("XRANGE", keys_.stream, "-", "+", "COUNT", 1);
    unit.emplace_back("TIME");
    unit.emplace_back("HGETALL", keys_.limited);
    const auto said = co_await through_.run_unit(std::move(unit), until, sending::repeatable);
    queue_facts made;
    made.paused = length_of(said[0]) == 1;
    made.length = length_of(said[1]);
    made.delayed = length_of(said[2]);
    made.dead = length_of(said[3]);
    made.cancelled = length_of(said[4]);
    // Without a group, which a queue has none of before its first worker, these are errors.
    if (said[5].has_elements()) made.in_hand = static_cast<std::uint64_t>(said[5][0].number());
    if (said[6].has_elements()) made.consumers = said[6].size();
    if (said[7].has_elements() && !said[7].empty() && said[8].has_elements()) {
        const auto first = entry_id::parse(said[7][0][0].text()).value_or(entry_id{});
        const auto ms = static_cast<std::uint64_t>(milliseconds_of(said[8]));
        made.oldest = std::chrono::milliseconds(ms > first.ms ? ms - first.ms : 0);
    }
    if (said[9].has_elements() && !said[9].empty())
        made.limits = co_await limits(said[9], milliseconds_of(said[8]), until);
    co_return made;
}

task<std::vector<limit_facts>> queue_control::limits(const redis::value& refused,
                                                     std::int64_t now_ms, deadline until) {
    std::vector<limit_facts> made;
    std::vector<command> unit;
    for (auto at = refused.begin(), end = refused.end(); at != end; ++at) {
        limit_facts one;
        one.task = (*at).text();
        ++at;
        one.refused = as_count(std::string((*at).text()));
        const auto keys = keys_.limit(one.task);
        unit.emplace_back("ZCOUNT", keys.slots, '(' + std::to_string(now_ms), "+inf");
        unit.emplace_back("ZCARD", keys.waiting);
        made.push_back(std::move(one));
    }
    const auto said = co_await through_.run_unit(std::move(unit), until, sending::repeatable);
    for (std::size_t i = 0; i < made.size(); ++i) {
        made[i].running = length_of(said[2 * i]);
        made[i].waiting = length_of(said[2 * i + 1]);
    }
    std::ranges::sort(made, {}, &limit_facts::task);
    co_return made;
}

task<std::vector<dead_letter>> queue_control::dead_letters(std::optional<entry_id> after,
                                                           std::size_t most, deadline until) {
    co_return co_await letters_from(after ? '(' + after->text() : "-",
                                    std::min(most, letters_page_max), until);
}

task<std::vector<dead_letter>> queue_control::letters_from(std::string from, std::size_t most,
                                                           deadline until) {
    const auto field = std::to_string(letter_message_max);
    const auto all = std::to_string(detail::bounded_read_bytes_max);
    const auto count = std::to_string(most);
    const std::string_view key = keys_.dead;
    const std::array<std::string_view, 4> with{field, all, from, count};
    const auto said = co_await detail::range_script().run(through_, {&key, 1}, with, until,
                                                          sending::repeatable);
    std::vector<dead_letter> made;
    for (const auto entry : said)
        if (auto letter = read_letter(entry)) made.push_back(std::move(*letter));
    co_return made;
}

task<bool> queue_control::requeue(entry_id letter, deadline until) {
    const auto id = letter.text();
    const auto found = co_await letters_from(id, 1, until);
    if (found.empty() || found[0].id != letter) co_return false;
    const auto& of = found[0];
    const auto data = without_failures(of.data);
    const std::array<std::string_view, 2> keys{keys_.dead, keys_.stream};
    const std::array<std::string_view, 3> with{id, of.wake, data};
    const auto said = co_await detail::requeue_script().run(through_, keys, with, until);
    co_return said.number() == 1;
}

task<bool> queue_control::drop(entry_id letter, deadline until) {
    const auto said = co_await through_.run(command("XDEL", keys_.dead, letter.text()), until);
    co_return said.number() == 1;
}

task<std::uint64_t> queue_control::drop_all(deadline until) {
    const auto said = co_await through_.run(command("XTRIM", keys_.dead, "MAXLEN", 0), until);
    co_return length_of(said);
}

}  // namespace headroom::tasks
