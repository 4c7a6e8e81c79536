#include "service/working.hpp"

#include <fmt/format.h>

#include "service/task_handlers.hpp"
#include "service/task_names.hpp"

namespace headroom::service {

working::working(process& in, persistence::database& db, eventsourcing::event_store& store,
                 observability::metrics& to)
    : in_(in), with_(tasks_of(in.with(), in.redis()->shared())),
      sockets_(in.take(tasks::sockets_consumer)), tenants_(store),
      agents_(store, in.with().key_pepper), relay_(in.home(), db.lanes(), make_senders()), db_(db) {
    while (held_.size() < sockets_.agreed().floor) held_.push_back(sockets_.take().value());
    report_task_names(in.with(), in.redis()->shared(), in.log());
    auto all = all_handlers({in.with(), db_.lanes(), tenants_, agents_, in.log()});
    warn_of_strangers(all);
    counts_.emplace(to, all.names(), queues());
    worker_.emplace(
        tasks::worker_ground{.io = in.home(),
                             .handlers = in.on().at(in.on().reactors() - 1),
                             .mux = in.redis()->shared(),
                             .door = in.redis()->way(),
                             .reader = in.take(tasks::reader_consumer),
                             .blocking = &in.on().blocking_pool(),
                             .push = &in.redis()->make_push(),
                             .metrics = &*counts_},
        std::move(all), terms());
}

tasks::worker_terms working::terms() const {
    auto made = tasks::worker_terms_of(with_);
    auto name = in_.member();
    made.name = fmt::format("{}-{:08x}", name.system, name.member);
    name.consumer = tasks::reader_consumer;
    made.reader.name = name.text();
    return made;
}

/// Rows name their queue as the settings do, wherever it lies.
std::vector<tasks::relay_route> working::make_senders() {
    std::vector<tasks::relay_route> made;
    for (const auto& each : with_.queues) {
        senders_.push_back(std::make_unique<tasks::producer>(
            in_.redis()->shared(), tasks::producer_terms{.queue = each.name}));
        const bool is_own = each.name == with_.queue;
        made.push_back({is_own ? in_.with().tasks.queue : each.name, senders_.back().get()});
    }
    return made;
}

std::vector<std::string> working::queues() const {
    std::vector<std::string> made;
    for (const auto& each : with_.queues) made.push_back(each.name);
    return made;
}

void working::warn_of_strangers(const tasks::handlers& all) const {
    for (const auto& [task, limits] : with_.limits)
        if (all.find(task) == nullptr)
            in_.log().warn("HEADROOM_TASK_LIMITS: there is no such task here", {{"task", task}});
}

/// What an append of another process asked for is brought at once, not at the relay's next look.
task<void> working::listen(deadline by) {
    appended_ = co_await in_.control().listen(
        persistence::identifier::parse(eventsourcing::events_channel).value(),
        [this](const persistence::notification&) { relay_.poke(); }, by);
}

void working::start(deadline by) {
    worker_->start(by);
    relay_.start(by);
    in_.home().run_blocking([this, by] { return listen(by); });
}

void working::stop(deadline drain_until) noexcept {
    in_.home().run_blocking([this]() -> task<void> {
        appended_ = {};
        co_return;
    });
    relay_.stop(drain_until);
    worker_->stop(drain_until);
}

}  // namespace headroom::service
