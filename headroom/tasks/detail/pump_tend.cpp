// What has to be looked after: leases, abandoned entries, delayed tasks, cancels and pauses.
#include <algorithm>

#include "headroom/runtime/backoff.hpp"
#include "headroom/tasks/detail/bounded_reads.hpp"
#include "headroom/tasks/detail/pump.hpp"

namespace headroom::tasks::detail {
namespace {

using redis::command;
using redis::sending;
using std::chrono::milliseconds;

constexpr milliseconds tick_least{10}, tick_most{250};
constexpr milliseconds due_poll_pushed_ms{1'000}, due_poll_ms{100};
constexpr unsigned promoted_max = 128;  // of one step of the server

pending_row row_of(const redis::element& said) {
    const auto id = entry_id::parse(said[0].text());
    if (!id) throw redis::unexpected_answer("a pending entry without an id");
    return {*id, std::string(said[1].text()), milliseconds(said[2].number()),
            static_cast<unsigned>(said[3].number())};
}

}  // namespace

/// Proof that this reactor was awake, and the moment to renew. It waits on nobody.
task<void> pump::tick_loop() {
    const auto period = std::clamp(terms_.lease_ms / 12, tick_least, tick_most);
    while (!giving_up_) {
        ticked_before_ = std::exchange(ticked_, clock::now());
        const auto due = flights_.next_due();
        if (due && *due <= ticked_ && !renewing_) {
            renewing_ = true;
            spawn([this] { return renew(); });
        }
        if (keep_at_ <= ticked_ && limits_.any_inside()) {
            keep_at_ = ticked_ + terms_.lease_ms / 3;
            spawn([this] { return limits_.keep(soon()); });
        }
        co_await tick_bell_.wait(deadline::after(period));
    }
}

task<void> pump::renew() {
    struct leave {
        ~leave() { of.renewing_ = false; }
        pump& of;
    } const at_end{*this};
    while (true) {
        const auto sent = clock::now();
        std::vector<job_ptr> jobs;
        for (auto* each : flights_.take_due(sent))
            jobs.push_back(static_cast<job*>(each)->shared_from_this());
        if (jobs.empty()) co_return;
        std::vector<std::string> ids;
        for (const auto& each : jobs) ids.push_back(each->token.entry.text());
        std::vector<std::string_view> with{terms_.group, consumer_};
        with.insert(with.end(), ids.begin(), ids.end());
        const std::string_view stream = queues_[jobs.front()->queue].keys.stream;
        std::exception_ptr failure;
        redis::value said;
        try {
            said = co_await heartbeat_script().run(mux_, {&stream, 1}, with, soon(),
                                                   sending::repeatable);
        } catch (const std::exception&) {
            failure = std::current_exception();
        }
        settle_renewal(jobs, said, sent);
        if (failure) std::rethrow_exception(failure);
    }
}

/// `said` is nothing when the answer got lost.
void pump::settle_renewal(const std::vector<job_ptr>& jobs, const redis::value& said,
                          clock::time_point sent) {
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        auto& one = *jobs[i];
        if (!one.in_hand()) continue;  // it has ended meanwhile
        if (said.is_nothing()) {
            flights_.kept(one);
        } else if (said[i].number() == 1) {
            ++counts_.renewals;
            flights_.renewed(one, sent);
        } else {
            lose(one);
        }
    }
}

void pump::lose(job& one) {
    if (one.has_ended) return flights_.kept(one);  // what ends it finds out by itself
    one.lost = true;
    one.stopping.request_stop();
    stage_->interrupt(one.shared_from_this());
    flights_.remove(one);
}

task<void> pump::tend_loop() {
    headroom::backoff pauses({milliseconds(20), milliseconds(100), milliseconds(1'000)}, random_);
    while (!stopping_) {
        auto next = look_at_;
        for (const auto& each : queues_) next = std::min(next, each.due);
        if (!look_asked_ && !reclaim_asked_) co_await tend_bell_.wait(deadline(next));
        if (stopping_) break;
        std::exception_ptr failure;
        try {
            co_await tend();
            pauses.reset();
        } catch (const std::exception& why) {
            note(why);
            failure = std::current_exception();
        }
        if (failure && !stopping_) co_await tend_bell_.wait(deadline::after(pauses.next()));
    }
    tending_ = false;
    state_bell_.ring();
}

task<void> pump::tend() {
    const auto now = clock::now();
    const bool looks = std::exchange(look_asked_, false) || look_at_ <= now;
    const bool reclaims = std::exchange(reclaim_asked_, false) || look_at_ <= now;
    if (look_at_ <= now) {
        std::uniform_int_distribution<std::int64_t> jitter(terms_.look_ms.count() * 2 / 3,
                                                           terms_.look_ms.count() * 4 / 3);
        look_at_ = now + milliseconds(jitter(random_));
    }
    if (looks) co_await look();
    for (std::size_t i = 0; i < queues_.size(); ++i)
        if (queues_[i].due <= now) co_await promote(i);
    for (std::size_t i = 0; reclaims && i < queues_.size(); ++i)
        if (!queues_[i].paused) co_await reclaim(i);
}

task<void> pump::look() {
    const auto said = co_await mux_.run(versions(), soon(), sending::repeatable);
    const bool paused = all_paused();
    co_await check_versions(said);
    const bool any_paused = std::ranges::any_of(queues_, &pumped_queue::paused);
    if (any_paused && (all_paused() != paused || queues_.size() > 1)) co_await unblock_reader();
}

task<void> pump::promote(std::size_t queue) {
    auto& of = queues_[queue];
    const std::array<std::string_view, 3> keys{of.keys.stream, of.keys.delayed, of.keys.payloads};
    const auto most = std::to_string(promoted_max);
    const std::array<std::string_view, 1> with{most};
    const auto poll = push_ != nullptr ? due_poll_pushed_ms : due_poll_ms;
    of.due = clock::now() + poll;  // also when it fails
    while (true) {
        const auto said =
            co_await promote_script().run(mux_, keys, with, soon(), sending::repeatable);
        const auto moved = static_cast<unsigned>(said[0].number());
        counts_.promoted += moved;
        if (const auto next = said[1].number(); next >= 0)
            of.due = clock::now() + std::min(poll, milliseconds(next));
        if (moved < promoted_max) co_return;
    }
}

task<std::vector<pending_row>> pump::idle_page(std::size_t queue) {
    auto& of = queues_[queue];
    const auto said = co_await mux_.run(
        command("XPENDING", of.keys.stream, terms_.group, "IDLE", terms_.lease_ms.count(),
                of.cursor.from(), "+", reclaim_cursor::page_max),
        soon(), sending::repeatable);
    std::vector<pending_row> rows;
    for (const auto row : said) rows.push_back(row_of(row));
    of.cursor.saw(rows, reclaim_cursor::page_max);
    co_return rows;
}

/// A blocked read has all free places: it is ended for as long as the claims take.
task<unsigned> pump::room_for_claims() {
    reclaiming_ = true;
    const auto until = deadline::after(unblock_ms_max);
    while (asked_ > 0 && !until.passed() && !stopping_) {
        co_await unblock_reader();
        co_await asked_bell_.wait(until.at_most(tick_least));
    }
    const auto held = static_cast<unsigned>(at_stage_) + asked_;
    co_return fetch_size(terms_.concurrency, prefetch_, held);
}

task<void> pump::reclaim(std::size_t queue) {
    struct leave {
        ~leave() {
            of.reclaiming_ = false;
            of.room_bell_.ring();
        }
        pump& of;
    } const at_end{*this};
    auto rules = rules_;
    rules.in_hand = [this, queue](entry_id id) { return flights_.find(queue, id) != nullptr; };
    while (!stopping_ && at_stage_ < terms_.concurrency) {
        const auto rows = co_await idle_page(queue);
        give_up_lost(queue, rows);
        if (to_claim(rows, rules, 1, takes_suspect()).empty()) {
            if (queues_[queue].cursor.at_start()) co_return;
            continue;
        }
        const auto room = co_await room_for_claims();
        if (room == 0 || stopping_) co_return;
        for (const auto& each : to_claim(rows, rules, room, takes_suspect()))
            co_await claim(queue, each);
        if (queues_[queue].cursor.at_start()) co_return;
    }
}

/// What is in hand and pending for somebody else by now would be told so by its next renewal; but
/// taking it back before that would keep the earlier run believed.
void pump::give_up_lost(std::size_t queue, const std::vector<pending_row>& rows) {
    for (const auto& row : rows)
        if (row.consumer != consumer_)
            if (auto* const held = flights_.find(queue, row.id)) lose(*static_cast<job*>(held));
}

/// A suspect that has run for a lease has not ended its worker.
bool pump::takes_suspect() const {
    const auto last = suspect_.lock();
    return !last || !last->in_hand() || clock::now() >= suspect_until_;
}

task<void> pump::claim(std::size_t queue, const claim_batch& what) {
    std::vector<std::string> texts{std::to_string(terms_.payload_bytes_max),
                                   std::to_string(bounded_read_bytes_max), terms_.group, consumer_,
                                   std::to_string(what.least_idle.count())};
    for (const auto& row : what.rows) texts.push_back(row.id.text());
    const std::vector<std::string_view> with(texts.begin(), texts.end());
    const std::string_view stream = queues_[queue].keys.stream;
    const auto sent = clock::now();
    const auto said =
        co_await claim_script().run(mux_, {&stream, 1}, with, soon(), sending::once);
    std::vector<job_ptr> jobs;
    for (const auto entry : said) {
        const auto id = entry_id::parse(entry[0].text());
        const auto row = std::ranges::find(what.rows, id.value_or(entry_id{}), &pending_row::id);
        if (row == what.rows.end()) continue;
        jobs.push_back(made(queue, entry, row->deliveries + 1, sent));
        const auto missing = static_cast<std::size_t>(entry[2].number());
        if (missing > 0 && jobs.back()->doomed == dead_reason::no_data)
            doom_too_large(*jobs.back(), missing);
        if (!rules_.is_suspect(*row)) continue;
        suspect_ = jobs.back();
        suspect_until_ = sent + terms_.lease_ms;
    }
    counts_.reclaimed += jobs.size();
    if (metrics_ != nullptr) metrics_->received(queues_[queue].keys.stream, jobs.size());
    give(std::move(jobs));
}

void pump::notice(std::size_t queue, std::string_view what) {
    if (what == "room") {
        queues_[queue].shut_until = {};
        room_bell_.ring();
        if (asked_ > 0 && queues_[queue].permits == 0) spawn([this] { return unblock_reader(); });
        return;
    }
    if (what == "due")
        queues_[queue].due = clock::now();
    else if (what == "back")
        reclaim_asked_ = true;
    else
        look_asked_ = true;
    tend_bell_.ring();
}

}  // namespace headroom::tasks::detail
