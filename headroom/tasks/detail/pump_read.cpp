// How entries come in.
#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <numeric>
#include <unordered_set>

#include "headroom/runtime/backoff.hpp"
#include "headroom/tasks/detail/pump.hpp"
#include "headroom/tasks/producer.hpp"

namespace headroom::tasks::detail {
namespace {

using redis::command;
using redis::sending;
using std::chrono::milliseconds;

constexpr milliseconds look_again_ms{1'000};  // a loop that cannot read looks whether it can
constexpr milliseconds shut_pushed_ms{1'000}, shut_ms{100};  // between two looks at a shut limit
constexpr milliseconds undecided_ms{5};  // what is here is about to enter
constexpr std::size_t dedup_bytes_max = 2 * queue_name_bytes_max + dedup_key_bytes_max;

std::string text_or_empty(const redis::element& said) {
    return said.is() == redis::kind::text ? std::string(said.text()) : std::string();
}

/// A field that is ours; what is longer than ours can be is nobody's.
std::string field(const redis::element& fields, std::string_view name, std::size_t bytes_max) {
    const auto found = fields.find(name);
    if (!found || found->is() != redis::kind::text || found->text().size() > bytes_max) return {};
    return std::string(found->text());
}

}  // namespace

bool pump::all_paused() const {
    return std::ranges::all_of(queues_, &pumped_queue::paused);
}

unsigned pump::room() const {
    if (stopping_ || reclaiming_ || all_paused() || unconfirmed_ >= unconfirmed_max) return 0;
    return fetch_size(terms_.concurrency, prefetch_, static_cast<unsigned>(at_stage_));
}

task<void> pump::read_loop() {
    headroom::backoff pauses({milliseconds(20), milliseconds(100), milliseconds(2'000)}, random_);
    while (!stopping_) {
        if (room() == 0) {
            co_await room_bell_.wait(deadline::after(look_again_ms));
            continue;
        }
        std::exception_ptr failure;
        try {
            co_await read();
            pauses.reset();
        } catch (const std::exception& why) {
            note(why);
            failure = std::current_exception();
            const auto* const said = dynamic_cast<const redis::server_error*>(&why);
            groups_gone_ = said != nullptr && said->is(redis::code::no_group);
        }
        asked_ = 0;
        asked_bell_.ring();
        if (failure && !stopping_) co_await room_bell_.wait(deadline::after(pauses.next()));
    }
    reading_ = false;
    state_bell_.ring();
}

task<void> pump::read() {
    if (reader_id_ == 0) co_await learn_reader_id();
    // Of a server that was emptied, or replaced by one that never had them.
    if (std::exchange(groups_gone_, false)) co_await make_groups(soon());
    co_await look_at_limits();
    const auto count = room();
    if (count == 0) co_return;
    if (std::ranges::none_of(open_queues(), std::identity{})) co_return co_await wait_for_limits();
    asked_ = count;
    if (queues_.size() == 1)
        co_await read_one(count);
    else
        co_await read_several(count);
}

task<void> pump::learn_reader_id() {
    const auto said =
        co_await reader_.run(command("CLIENT", "ID"), soon(), sending::repeatable);
    reader_id_ = said.number();
}

/// Of queues with a limit of their own: how many entries it lets begin, less those that are here
/// and have not begun. So what could not run is left where it is.
task<void> pump::look_at_limits() {
    for (std::size_t i = 0; i < queues_.size(); ++i) {
        auto& of = queues_[i];
        const auto* at = limits_.gates().find(i, "");
        if (at == nullptr || of.paused) continue;
        if (of.permits == 0 && clock::now() < of.shut_until) continue;
        const auto seen = co_await limits_.look(*at, soon());
        const auto undecided = of.at_stage - std::min(of.at_stage, limits_.inside(*at));
        of.permits = seen.free - std::min(seen.free, static_cast<unsigned>(undecided));
        const auto poll = push_ != nullptr ? shut_pushed_ms : shut_ms;
        const auto wait = seen.free > 0 ? undecided_ms : std::min(poll, seen.wait);
        of.shut_until = clock::now() + std::max(wait, milliseconds(1));
    }
}

std::vector<bool> pump::open_queues() const {
    std::vector<bool> made;
    for (const auto& each : queues_) made.push_back(!each.paused && each.permits > 0);
    return made;
}

/// When a queue that lets nothing begin is to be looked at again: the first of them.
pump::clock::time_point pump::first_to_open() const {
    auto first = clock::time_point::max();
    for (const auto& each : queues_)
        if (!each.paused && each.permits == 0) first = std::min(first, each.shut_until);
    return first;
}

task<void> pump::wait_for_limits() { return room_bell_.wait(deadline(first_to_open())); }

/// A blocked read sees nothing of a queue that opens meanwhile.
milliseconds pump::block_ms() const {
    const auto first = first_to_open();
    if (first == clock::time_point::max()) return terms_.block_ms;
    const auto left = std::chrono::ceil<milliseconds>(first - clock::now());
    return std::clamp(left, milliseconds(1), terms_.block_ms);
}

/// Of each queue that is to be asked for something.
command pump::reading(const std::vector<unsigned>& counts, bool blocking) const {
    const auto most = *std::ranges::max_element(counts);
    command made("XREADGROUP", "GROUP", terms_.group, consumer_, "COUNT", most);
    if (blocking) made.add("BLOCK").add(block_ms().count());
    made.add("STREAMS");
    for (std::size_t i = 0; i < counts.size(); ++i)
        if (counts[i] > 0) made.add(queues_[i].keys.stream);
    for (const auto count : counts)
        if (count > 0) made.add(">");
    return made;
}

command pump::versions() const {
    command made("MGET");
    for (const auto& each : queues_) made.add(each.keys.version);
    return made;
}

/// The versions are read behind the entries, so whatever was cancelled before an entry was
/// delivered is known before it runs.
task<void> pump::read_one(unsigned count) {
    std::vector<command> unit;
    unit.push_back(reading({std::min(count, queues_.front().permits)}, true));
    unit.push_back(versions());
    const auto said = co_await reader_.run_unit(
        std::move(unit), deadline::after(terms_.block_ms + read_ms_more), sending::once);
    for (const auto& each : said) redis::throw_if_error(each, "XREADGROUP");
    co_await check_versions(said[1]);
    (void)accept(said[0]);
}

task<void> pump::read_several(unsigned count) {
    auto asked = quotas_.next(count, open_queues());
    std::vector<unsigned> found(queues_.size(), 0);
    for (unsigned left = count; left > 0;) {
        std::vector<command> unit;
        for (std::size_t i = 0; i < queues_.size(); ++i) {
            asked[i] = queues_[i].paused ? 0 : std::min(asked[i], queues_[i].permits);
            if (asked[i] == 0) continue;
            std::vector<unsigned> alone(queues_.size(), 0);
            alone[i] = asked[i];
            unit.push_back(reading(alone, false));
        }
        if (unit.empty()) break;
        unit.push_back(versions());
        const auto said = co_await reader_.run_unit(std::move(unit), soon(), sending::once);
        for (const auto& each : said) redis::throw_if_error(each, "XREADGROUP");
        co_await check_versions(said.back());
        std::vector<unsigned> now(queues_.size(), 0);
        for (std::size_t i = 0; i + 1 < said.size(); ++i) {
            const auto these = accept(said[i]);
            for (std::size_t q = 0; q < now.size(); ++q) now[q] += these[q];
        }
        const auto total = std::accumulate(now.begin(), now.end(), 0u);
        for (std::size_t q = 0; q < now.size(); ++q) {
            found[q] += now[q];
            if (queues_[q].permits != pumped_queue::no_limit) queues_[q].permits -= now[q];
        }
        const auto before = left;
        left -= std::min(left, total);
        asked = quotas_.again(before, asked, now, open_queues());
    }
    if (std::accumulate(found.begin(), found.end(), 0u) > 0) co_return;
    co_await read_when_any_has(count);
}

/// All of them are empty: whichever has something first.
task<void> pump::read_when_any_has(unsigned count) {
    std::vector<unsigned> counts;
    const auto each = std::max(1u, count / static_cast<unsigned>(queues_.size()));
    for (const auto& queue : queues_)
        counts.push_back(queue.paused ? 0 : std::min(each, queue.permits));
    if (*std::ranges::max_element(counts) == 0) co_return;
    std::vector<command> unit;
    unit.push_back(reading(counts, true));
    unit.push_back(versions());
    const auto said = co_await reader_.run_unit(
        std::move(unit), deadline::after(terms_.block_ms + read_ms_more), sending::once);
    for (const auto& one : said) redis::throw_if_error(one, "XREADGROUP");
    co_await check_versions(said[1]);
    (void)accept(said[0]);
}

task<void> pump::check_versions(const redis::value& now) {
    std::vector<std::size_t> changed;
    std::size_t i = 0;
    for (const auto version : now) {
        if (text_or_empty(version) != queues_[i].version) changed.push_back(i);
        ++i;
    }
    for (const auto queue : changed) co_await check_queue(queue);
}

/// Whether it is paused and what of it is cancelled.
task<void> pump::check_queue(std::size_t queue) {
    const auto& keys = queues_[queue].keys;
    std::vector<command> unit;
    unit.emplace_back("GET", keys.version);
    unit.emplace_back("EXISTS", keys.paused);
    unit.emplace_back("ZRANGE", keys.cancelled, 0, -1);
    const auto said = co_await mux_.run_unit(std::move(unit), soon(), sending::repeatable);
    for (const auto& each : said) redis::throw_if_error(each, "ZRANGE");
    std::unordered_set<std::string> ids;
    for (const auto id : said[2]) ids.emplace(id.text());
    const bool any = !ids.empty();
    marks_[queue]->replace(std::move(ids));
    if (any) stage_->look_for_cancelled(queue);
    queues_[queue].version = said[0].is_nothing() ? "" : std::string(said[0].text());
    if (std::exchange(queues_[queue].paused, said[1].number() == 1) && !queues_[queue].paused)
        room_bell_.ring();
}

/// Answers how many of each queue.
std::vector<unsigned> pump::accept(const redis::value& streams) {
    std::vector<unsigned> found(queues_.size(), 0);
    if (streams.is_nothing()) return found;
    std::vector<job_ptr> jobs;
    for (auto at = streams.begin(), end = streams.end(); at != end; ++at) {
        const auto name = (*at).text();
        const auto queue = static_cast<std::size_t>(
            std::ranges::find(queues_, name, [](const auto& q) -> std::string_view {
                return q.keys.stream;
            }) - queues_.begin());
        ++at;
        for (const auto entry : *at) jobs.push_back(made(queue, entry, 1, ticked_before_));
        found[queue] += static_cast<unsigned>((*at).size());
        if (metrics_ != nullptr) metrics_->received(name, (*at).size());
    }
    counts_.read += jobs.size();
    give(std::move(jobs));
    return found;
}

job_ptr pump::made(std::size_t queue, const redis::element& entry, unsigned deliveries,
                   clock::time_point at) {
    auto one = std::make_shared<job>();
    const auto id = entry_id::parse(entry[0].text());
    if (!id) throw redis::unexpected_answer("an entry without an id");
    one->queue = queue;
    one->queue_name = queues_[queue].keys.stream;
    one->token = {*id, deliveries};
    const auto fields = entry[1];
    const auto data = fields.has_elements() ? fields.find("data") : std::nullopt;
    if (data && data->is() == redis::kind::text) {
        if (const auto text = data->text(); text.size() <= terms_.payload_bytes_max)
            one->data = text;
        else
            doom_too_large(*one, text.size());
        one->wake = field(fields, "w", wake_channel_bytes_max);
        one->dedup = field(fields, "u", dedup_bytes_max);
    } else {
        one->doomed = dead_reason::no_data;
    }
    if (deliveries > terms_.deliveries_max) {
        one->doomed = dead_reason::over_delivered;
        one->doom_note = std::to_string(deliveries - 1) + " deliveries did not end it";
    }
    flights_.add(*one, at);
    return one;
}

/// Its message stays on the server: the dead letter takes it from the entry.
void pump::doom_too_large(job& one, std::size_t bytes) const {
    one.doomed = dead_reason::too_large;
    one.doom_note = fmt::format("{} bytes, at most {}", bytes, terms_.payload_bytes_max);
}

void pump::give(std::vector<job_ptr> jobs) {
    at_stage_ += jobs.size();
    for (const auto& each : jobs) ++queues_[each->queue].at_stage;
    stage_->give(std::move(jobs));
}

task<void> pump::unblock_reader() {
    if (reader_id_ == 0 || asked_ == 0) co_return;
    co_await mux_.run(command("CLIENT", "UNBLOCK", reader_id_), soon(), sending::repeatable);
}

}  // namespace headroom::tasks::detail
