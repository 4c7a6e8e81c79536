#include "headroom/fleet/standby_share.hpp"

#include "headroom/fleet/detail/standby_body.hpp"
#include "headroom/persistence/closing_room.hpp"
#include "headroom/persistence/start_failure.hpp"

namespace headroom::fleet {
namespace {

using namespace std::chrono_literals;

constexpr auto stop_look_ms = 5ms;

/// Rethrows a failure that no waiting helps against.
void check_may_pass(const std::exception_ptr& failure, const std::string& target) {
    if (persistence::explain(failure, target).act != persistence::start_action::wait)
        std::rethrow_exception(failure);
}

bool is_final(const fleet_refusal& why, budget_policy policy) {
    using enum fleet_refusal_reason;
    return why.reason == no_standby ||
           (why.reason == too_little && policy != budget_policy::wait && !why.time_can_mend());
}

}  // namespace

standby_share::standby_share(reactor& home, standby_terms terms)
    : body_(std::make_shared<body>(home, std::move(terms))) {
    BOOST_ASSERT(body_->terms.control != nullptr && body_->terms.member != nullptr);
    BOOST_ASSERT(body_->terms.ledger != nullptr && body_->terms.through != nullptr);
}

standby_share::~standby_share() {
    BOOST_ASSERT_MSG(!body_->looping && body_->link == nullptr, "a share is left before it ends");
}

task<fleet_result> standby_share::join(deadline until) {
    const auto self = body_;
    BOOST_ASSERT_MSG(self->state.phase() == standby_phase::joining, "a process joins once");
    self->follow_control();
    std::optional<fleet_refusal> said;  // worth more than how an attempt at the last moment failed
    for (;;) {
        std::exception_ptr failure;
        try {
            auto got = co_await self->attempt(until);
            if (got) {
                self->settle_in();
                co_return got;
            }
            said = std::move(got.error());
        } catch (const std::exception&) {
            failure = std::current_exception();
        }
        if (failure) check_may_pass(failure, self->terms.through->target().describe());
        else if (is_final(*said, self->terms.ask.policy)) co_return std::unexpected(*said);
        const bool over = until.passed() || (self->terms.give_up && self->terms.give_up());
        if (over && said) co_return std::unexpected(*std::move(said));
        if (over) std::rethrow_exception(failure);
        if (said) self->tell(said->message());
        co_await sleep_until(until.at_most(self->pause.next()));
    }
}

task<void> standby_share::leave(deadline until) {
    const auto self = body_;
    self->stopping = true;
    while (self->looping) co_await sleep_until(deadline::after(stop_look_ms));
    if (self->state.phase() == standby_phase::gone) co_return;
    if (!self->state.over()) co_await self->give_back(until);
    self->state.left();
    co_await self->hang_up(until);
    const auto& terms = self->terms;
    if (terms.look.held() > 0)
        co_await persistence::closing_room::of(self->home)
            .settle(terms.look.agreed().consumer, until);
    self->apply();
}

standby_figures standby_share::figures() const {
    const std::scoped_lock lock(body_->mutex);
    return body_->shown;
}

}  // namespace headroom::fleet
