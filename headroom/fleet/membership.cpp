#include "headroom/fleet/membership.hpp"

#include "headroom/fleet/detail/membership_body.hpp"
#include "headroom/persistence/start_failure.hpp"

namespace headroom::fleet {
namespace {

using namespace std::chrono_literals;

constexpr auto pause_ms = 5ms;

/// What an attempt ended with: an answer, or an exception that time may mend.
struct attempted {
    fleet_result answer = std::unexpected(fleet_refusal{});
    std::exception_ptr failure{};
    bool joined() const noexcept { return !failure && answer.has_value(); }
};

/// Rethrows what no waiting helps against, or for which it is too late to wait.
void check_waits(const std::exception_ptr& failure, const std::string& target, bool over) {
    if (over || persistence::explain(failure, target).act != persistence::start_action::wait)
        std::rethrow_exception(failure);
}

bool refuses_at_once(const fleet_refusal& why, budget_policy policy) {
    return policy != budget_policy::wait && !why.time_can_mend();
}

}  // namespace

membership::membership(reactor& home, membership_terms terms)
    : body_(std::make_shared<body>(home, std::move(terms))) {
    BOOST_ASSERT(body_->terms.control != nullptr && body_->terms.ledger != nullptr);
}

membership::~membership() {
    BOOST_ASSERT_MSG(!body_->looping, "a member leaves before it ends");
}

task<fleet_result> membership::join(deadline until) {
    const auto self = body_;
    BOOST_ASSERT_MSG(self->state.phase() == member_phase::joining, "a process joins once");
    self->listen_to_control();
    std::optional<fleet_refusal> said;  // worth more than how an attempt at the last moment failed
    for (;;) {
        attempted now;
        try {
            now.answer = co_await self->attempt(0, until);
            if (now.answer) self->accept(*now.answer, false);
        } catch (const std::exception&) {
            now.failure = std::current_exception();
        }
        if (now.joined()) co_return co_await self->settle_in(std::move(now.answer), until);
        const bool over = until.passed() || (self->terms.give_up && self->terms.give_up());
        if (!now.failure) said = std::move(now.answer.error());
        else check_waits(now.failure, self->desk.target().describe(), over && !said);
        if (said && (over || refuses_at_once(*said, self->terms.ask.policy)))
            co_return std::unexpected(*std::move(said));
        if (said) self->tell(said->message());
        // Members whose control is elsewhere do not hear what the ledger called for.
        co_await self->show_wish(said && said->called > 0);
        co_await sleep_until(until.at_most(self->pause.next()));
    }
}

task<void> membership::leave(deadline until) {
    const auto self = body_;
    self->stopping = true;
    while (self->looping) co_await sleep_until(deadline::after(pause_ms));
    if (self->state.phase() == member_phase::gone) co_return;
    const bool visits = self->state.phase() == member_phase::member && self->state.may_visit();
    self->state.left();
    self->desk.keep_unit(false);
    co_await self->show_wish(false);
    self->calls = {};
    try {
        if (visits) co_await self->desk.leave(self->terms.ask, until);
        if (self->terms.control->holds(self->proof()))
            co_await self->terms.control->unlock(self->proof(), until);
    } catch (const std::exception&) {
        // The end of control's socket says the same.
    }
}

void membership::cap(unsigned ceiling) {
    body_->capped = ceiling;
    body_->apply();
}

membership_figures membership::figures() const {
    const auto held = body_->terms.ledger->held();
    const std::scoped_lock lock(body_->mutex);
    auto copy = body_->shown;
    if (copy.phase == member_phase::member && copy.limit > held)
        copy.unfenced_max = copy.limit - held;
    return copy;
}

}  // namespace headroom::fleet
