#include "service/working.hpp"

#include <fmt/format.h>

#include "service/task_handlers.hpp"

namespace headroom::service {
namespace {

tasks::worker_terms terms_of(process& in) {
    auto made = tasks::worker_terms_of(in.with().tasks);
    auto name = in.member();
    made.name = fmt::format("{}-{:08x}", name.system, name.member);
    name.consumer = tasks::reader_consumer;
    made.reader.name = name.text();
    return made;
}

}  // namespace

working::working(process& in, persistence::database& db, eventsourcing::event_store& store)
    : in_(in), sockets_(in.take(tasks::sockets_consumer)), tenants_(store),
      agents_(store, in.with().key_pepper),
      sender_(in.redis()->shared(), {.queue = in.with().tasks.queue}),
      relay_(in.home(), db.lanes(), {{in.with().tasks.queue, &sender_}}), db_(db) {
    while (held_.size() < sockets_.agreed().floor) held_.push_back(sockets_.take().value());
    worker_.emplace(
        tasks::worker_ground{.io = in.home(),
                             .handlers = in.on().at(in.on().reactors() - 1),
                             .mux = in.redis()->shared(),
                             .door = in.redis()->way(),
                             .reader = in.take(tasks::reader_consumer),
                             .blocking = &in.on().blocking_pool(),
                             .push = &in.redis()->make_push()},
        all_handlers({in.with(), db_.lanes(), tenants_, agents_, in.log()}), terms_of(in));
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
