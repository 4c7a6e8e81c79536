#include "headroom/tasks/detail/turnstile.hpp"

#include <fmt/format.h>

#include "headroom/tasks/detail/gate_scripts.hpp"

namespace headroom::tasks::detail {
namespace {

using redis::sending;

constexpr std::chrono::hours limits_shown{7 * 24};  // after their last worker

void add_keys(std::vector<std::string>& to, const gate& of) {
    to.insert(to.end(), {of.keys.slots, of.keys.rate, of.keys.waiting});
}

void add_terms(std::vector<std::string>& to, const run_limits& of) {
    to.insert(to.end(), {std::to_string(of.concurrent), fmt::format("{}", of.per_second),
                         std::to_string(of.tokens_max())});
}

std::vector<std::string_view> views(const std::vector<std::string>& of) {
    return {of.begin(), of.end()};
}

}  // namespace

turnstile::turnstile(redis::mux& through, gate_table all, std::vector<queue_keys> queues,
                     terms with)
    : through_(through), gates_(std::move(all)), queues_(std::move(queues)),
      terms_(std::move(with)) {}

std::string turnstile::member(const arrival& one) const {
    return one.token.entry.text() + ' ' + terms_.consumer;
}

task<redis::value> turnstile::ask(const redis::script& what, const std::vector<std::string>& keys,
                                  const std::vector<std::string>& with, deadline until) {
    const auto at = views(keys), arguments = views(with);
    co_return co_await what.run(through_, at, arguments, until, sending::repeatable);
}

task<turnstile::verdict> turnstile::enter(const arrival& one, deadline until) {
    const auto& queue = queues_[one.queue];
    std::vector<std::string> keys{queue.stream, queue.delayed, queue.payloads, queue.limited};
    std::vector<std::string> with{terms_.group,
                                  terms_.consumer,
                                  one.token.entry.text(),
                                  std::to_string(one.token.deliveries),
                                  one.task_id,
                                  queue.channel,
                                  std::to_string(terms_.lease_ms.count()),
                                  std::string(returned_consumer),
                                  std::to_string(waiting_max)};
    for (const auto* each : one.gates) {
        add_keys(keys, *each);
        with.push_back(each->task);
        add_terms(with, each->limits);
    }
    const auto said = co_await ask(enter_script(), keys, with, until);
    const auto word = said[0].text();
    if (word == "lost") co_return verdict::lost;
    const std::lock_guard lock(mutex_);
    if (word != "in") {
        ++refused_[one.gates.at(static_cast<std::size_t>(said[1].number() - 1))];
        co_return verdict::off;
    }
    for (const auto* each : one.gates) inside_[each].insert(member(one));
    co_return verdict::in;
}

task<bool> turnstile::leave(const arrival& one, deadline until) {
    const auto& queue = queues_[one.queue];
    std::vector<std::string> keys{queue.delayed}, with{member(one), queue.channel};
    {
        const std::lock_guard lock(mutex_);
        for (const auto* each : one.gates) {
            inside_[each].erase(member(one));
            if (each->limits.concurrent == 0) continue;
            add_keys(keys, *each);
            with.emplace_back(each->task.empty() ? "1" : "0");
            add_terms(with, each->limits);
        }
    }
    if (keys.size() == 1) co_return false;
    co_return (co_await ask(leave_script_of_gates(), keys, with, until)).number() > 0;
}

task<void> turnstile::keep(deadline until) {
    std::vector<std::pair<const gate*, std::vector<std::string>>> all;
    {
        const std::lock_guard lock(mutex_);
        for (const auto& [at, members] : inside_) {
            if (members.empty() || at->limits.concurrent == 0) continue;
            std::vector<std::string> with{std::to_string(terms_.lease_ms.count())};
            with.insert(with.end(), members.begin(), members.end());
            all.emplace_back(at, std::move(with));
        }
    }
    for (const auto& [at, with] : all) {
        const std::vector<std::string> keys{at->keys.slots};
        (void)co_await ask(keep_script(), keys, with, until);
        co_await take_back(*at, with, until);
    }
}

// Who left while it was kept may have been put back: a script that the server does not know yet
// is sent twice, and the second time behind what was sent meanwhile.
task<void> turnstile::take_back(const gate& at, const std::vector<std::string>& kept,
                                deadline until) {
    redis::command gone("ZREM", at.keys.slots);
    bool any = false;
    {
        const std::lock_guard lock(mutex_);
        const auto& inside = inside_[&at];
        for (std::size_t i = 1; i < kept.size(); ++i) {  // behind the lease
            if (inside.contains(kept[i])) continue;
            gone.add(kept[i]);
            any = true;
        }
    }
    if (any) (void)co_await through_.run(std::move(gone), until, sending::repeatable);
}

task<turnstile::view> turnstile::look(const gate& at, deadline until) {
    const std::vector<std::string> keys{at.keys.slots, at.keys.rate};
    std::vector<std::string> with;
    add_terms(with, at.limits);
    const auto said = co_await ask(peek_script(), keys, with, until);
    co_return view{static_cast<unsigned>(said[0].number()),
                   std::chrono::milliseconds(said[1].number())};
}

task<void> turnstile::announce(deadline until) {
    std::vector<redis::command> unit;
    for (const auto* each : gates_.all()) {
        const auto& key = queues_[each->queue].limited;
        unit.emplace_back("HSETNX", key, each->task, 0);
        unit.emplace_back("PEXPIRE", key, std::chrono::milliseconds(limits_shown).count());
    }
    if (unit.empty()) co_return;
    for (const auto& each : co_await through_.run_unit(std::move(unit), until, sending::repeatable))
        redis::throw_if_error(each, "HSETNX");
}

std::size_t turnstile::inside(const gate& at) const {
    const std::lock_guard lock(mutex_);
    const auto found = inside_.find(&at);
    return found == inside_.end() ? 0 : found->second.size();
}

bool turnstile::any_inside() const {
    const std::lock_guard lock(mutex_);
    for (const auto& [at, members] : inside_)
        if (!members.empty()) return true;
    return false;
}

std::vector<std::uint64_t> turnstile::refusals() const {
    std::vector<std::uint64_t> made;
    const std::lock_guard lock(mutex_);
    for (const auto* each : gates_.all()) {
        const auto found = refused_.find(each);
        made.push_back(found == refused_.end() ? 0 : found->second);
    }
    return made;
}

}  // namespace headroom::tasks::detail
