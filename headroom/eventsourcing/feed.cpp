#include "headroom/eventsourcing/feed.hpp"

#include "headroom/eventsourcing/detail/feed_loop.hpp"
#include "headroom/runtime/on_reactor.hpp"

namespace headroom::eventsourcing {

feed::feed(persistence::database& on, persistence::control& control, budget::book& from,
           const feed_bounds& bounds)
    : body_(std::make_shared<body>(on, control, from, bounds)) {}

feed::~feed() { stop(deadline::after(std::chrono::milliseconds(0))); }

void feed::start(deadline by) {
    started_ = true;
    try {
        body_->home().run_blocking([this, by] { return body_->start(by); });
    } catch (...) {
        stop(deadline::after(std::chrono::milliseconds(0)));
        throw;
    }
}

void feed::stop(deadline drain_until) noexcept {
    if (!std::exchange(started_, false)) return;
    try {
        body_->home().run_blocking([this, drain_until] { return body_->stop(drain_until); });
    } catch (const std::exception&) {
        return;  // the reactor has ended: nothing runs there any more
    }
}

task<event_page> feed::next(log_position after, std::size_t events_max, deadline until) {
    return on_reactor(body_->home(), body_->next(after, events_max, until));
}

log_position feed::head() const noexcept { return body_->head; }

void feed::poke(log_position last) noexcept {
    if (last <= body_->head) return;
    if (body_->home().is_current()) return body_->wake();
    body_->home().spawn([of = body_]() -> task<void> {
        of->wake();
        co_return;
    });
}

bool feed::enter(const std::string& projection) {
    return body_->readers.insert(projection).second;
}

void feed::leave(const std::string& projection) noexcept { body_->readers.erase(projection); }

feed_figures feed::figures() const { return body_->figures(); }

}  // namespace headroom::eventsourcing
