// How a worker comes into being and leaves without taking anything with it.
#include <algorithm>

#include "headroom/runtime/on_reactor.hpp"
#include "headroom/tasks/detail/pump.hpp"

namespace headroom::tasks::detail {
namespace {

using redis::command;
using redis::sending;
using std::chrono::milliseconds;

constexpr milliseconds unblock_again_ms{20};
constexpr unsigned strays_max = 10'000;

}  // namespace

/// From the first entry on: what was sent before any worker existed is read too.
task<void> pump::make_groups(deadline by) {
    for (const auto& each : queues_) {
        try {
            co_await mux_.run(command("XGROUP", "CREATE", each.keys.stream, terms_.group, "0",
                                      "MKSTREAM"),
                              by, sending::repeatable);
        } catch (const redis::server_error& why) {
            if (!why.is(redis::code::busy_group)) throw;
        }
    }
}

/// A worker that was killed leaves its name behind, and no two have the same.
task<void> pump::forget_consumers(deadline by) {
    const auto silent = std::to_string(terms_.forget_ms.count());
    for (const auto& each : queues_) {
        const std::string_view stream = each.keys.stream;
        const std::array<std::string_view, 3> with{terms_.group, own_consumer_prefix, silent};
        co_await forget_script().run(mux_, {&stream, 1}, with, by, sending::repeatable);
    }
}

task<void> pump::listen(deadline by) {
    for (std::size_t i = 0; i < queues_.size(); ++i) {
        const std::weak_ptr<pump> self = weak_from_this();
        const auto tell = [self, i](std::string_view what) {
            if (const auto of = self.lock()) of->notice(i, what);
        };
        heard_.push_back(co_await push_->subscribe(
            queues_[i].keys.channel,
            {[tell](std::string_view, std::string_view message) { tell(message); },
             [tell] {
                 for (const auto* what : {"look", "due", "back"}) tell(what);
             }},
            by));
    }
}

task<void> pump::wait_until(std::function<bool()> done, deadline until) {
    while (!done() && !until.passed()) co_await state_bell_.wait(until);
}

task<void> pump::close(deadline drain_until) {
    if (!std::exchange(open_, false)) co_return;
    stopping_ = true;
    heard_.clear();
    for (auto* each : {&room_bell_, &tend_bell_, &asked_bell_}) each->ring();
    co_await return_unstarted();
    co_await stop_reading();
    co_await finish_running(drain_until);
    const auto last = deadline::after(terms_.hand_back_ms);
    co_await wait_until([this] { return unconfirmed_ == 0; }, last);
    giving_up_ = true;
    tick_bell_.ring();
    try {
        for (std::size_t i = 0; i < queues_.size(); ++i) co_await hand_back_strays(i);
        co_await leave();
    } catch (const std::exception& why) {
        note(why);  // it is gone without a goodbye: its entries come again after a lease
    }
    co_await reader_.stop(last);
    linger_.cancel();
    co_await wait_until([this] { return coroutines_ == 0; }, deadline(clock::time_point::max()));
}

/// What has not begun is given back before anything else is waited for.
task<void> pump::return_unstarted() {
    auto jobs = co_await on_reactor(
        handlers_home_, [](std::shared_ptr<stage> of) -> task<std::vector<job_ptr>> {
            co_return of->take_back();
        }(stage_));
    for (const auto& each : jobs) each->ends.is = ending::how::returned;
    ended(std::move(jobs));
}

/// What a read still brings finds the stage closed, and goes back.
task<void> pump::stop_reading() {
    const auto until = deadline::after(unblock_ms_max);
    while (reading_ && !until.passed()) {
        try {
            co_await unblock_reader();
        } catch (const std::exception& why) {
            note(why);
        }
        co_await wait_until([this] { return !reading_; }, until.at_most(unblock_again_ms));
    }
    if (reading_) co_await reader_.stop(deadline::after(unblock_ms_max));
    const auto never = deadline(clock::time_point::max());
    co_await wait_until([this] { return !reading_ && !tending_; }, never);
}

task<void> pump::finish_running(deadline drain_until) {
    co_await wait_until([this] { return at_stage_ == 0; }, drain_until);
    if (at_stage_ == 0) co_return;
    co_await on_reactor(handlers_home_, [](std::shared_ptr<stage> of) -> task<void> {
        of->interrupt_all();
        co_return;
    }(stage_));
    const auto never = deadline(clock::time_point::max());
    co_await wait_until([this] { return at_stage_ == 0; }, never);
}

/// To a consumer that is nobody, idle for longer than a lease: whoever looks next takes them. Who
/// listens on the channel `tell`, unless it is empty, looks at once.
task<void> pump::hand_back(std::size_t queue,
                           std::vector<std::pair<entry_id, unsigned>> entries,
                           std::string tell) {
    if (entries.empty()) co_return;
    const auto bound = std::max(terms_.lease_ms, rules_.foreign_idle);
    const auto idle = std::to_string((bound + milliseconds(1)).count());
    std::vector<std::string> texts;
    for (const auto& [id, deliveries] : entries) {
        texts.push_back(id.text());
        texts.push_back(std::to_string(deliveries));
    }
    const std::string_view stream = queues_[queue].keys.stream;
    std::vector<std::string_view> with{terms_.group, consumer_, returned_consumer, idle, tell};
    with.insert(with.end(), texts.begin(), texts.end());
    co_await hand_back_script().run(mux_, {&stream, 1}, with, soon(), sending::repeatable);
}

/// Delivered to us by an answer that got lost, or not confirmed in time.
task<void> pump::hand_back_strays(std::size_t queue) {
    const auto said = co_await mux_.run(
        command("XPENDING", queues_[queue].keys.stream, terms_.group, "-", "+", strays_max,
                consumer_),
        soon(), sending::repeatable);
    std::vector<std::pair<entry_id, unsigned>> entries;
    for (const auto row : said)
        if (const auto id = entry_id::parse(row[0].text()))
            entries.emplace_back(*id, static_cast<unsigned>(row[3].number()) - 1);
    co_await hand_back(queue, std::move(entries), queues_[queue].keys.channel);
}

task<void> pump::leave() {
    for (const auto& each : queues_) {
        const std::string_view stream = each.keys.stream;
        const std::array<std::string_view, 2> with{terms_.group, consumer_};
        co_await leave_script().run(mux_, {&stream, 1}, with, soon(), sending::repeatable);
    }
}

}  // namespace headroom::tasks::detail
