// The part of a connection that waits for a request's turn; while there is room nobody comes here.
#include <boost/asio/post.hpp>

#include "headroom/http/detail/connection.hpp"
#include "headroom/http/detail/listener.hpp"

namespace headroom::http::detail {

// Health is answered however busy we are. What leans on nothing behind the handlers does not wait
// for those that do: some places are kept for it.
bool connection::enters_at_once(exchange& at) {
    auto& shared = home_->shared();
    auto* through = &shared.handlers;
    if (!through->enter()) {
        const auto when = shared.routes.admission_of(at.of.method, at.of.raw_path);
        if (when == admission::sheddable) return false;
        if (when == admission::always) through->enter_always();
        else if (through = &shared.apart; !through->enter()) return false;
    }
    at.inside = place(*through);
    return true;
}

// Leaves an answer where its turn does not come.
task<void> connection::queue_up(exchange& at) {
    auto& shared = home_->shared();
    entrance::waiter turn([self = shared_from_this()] {
        boost::asio::post(self->socket_.get_executor(), [self] {
            if (self->phase_ == phase::queueing) self->wake();  // else it knows already
        });
    });
    if (shared.handlers.wait(turn)) {
        timed_out_ = false;
        enter(phase::queueing, at.of.until.at_most(shared.sealed.times.queue_max));
        await_turn();
        while (!turn.let_in() && !gone_ && !timed_out_) co_await landed();
        due_.clear();
        if (shared.handlers.withdraw(turn)) at.inside = place(shared.handlers);
    }
    phase_ = phase::writing;
    if (gone_) abandoned_ = true;
    if (at.inside && !abandoned_) co_return;
    shared.shed.fetch_add(1, std::memory_order_relaxed);
    at.reply = problem{503, "Too many requests are in flight."};
}

}  // namespace headroom::http::detail
