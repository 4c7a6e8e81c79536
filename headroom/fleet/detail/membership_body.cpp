#include "headroom/fleet/detail/membership_body.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <tuple>

#include "headroom/fleet/ledger_answer.hpp"

namespace headroom::fleet {
namespace {

using clock = deadline::clock;
using namespace std::chrono_literals;
using action = member_state::action;

// A fleet that comes back after its server's restart should not arrive in one moment.
constexpr backoff_bounds pauses{20ms, 100ms, 2'000ms};
constexpr auto turn_ms = 50ms;         // between two looks of the loop
constexpr auto fenced_turn_ms = 10ms;  // while the whole process waits for it
constexpr auto attempt_ms_max = 5s;    // of one attempt to come back, or one visit
constexpr auto wish_look_ms = 250ms;   // between two looks for wishes, on control
constexpr auto heed_ms = 500ms;        // between two visits because of one
constexpr const char* channel = "headroom_fleet";

}  // namespace

membership::body::body(reactor& on, membership_terms with)
    : home(on), terms(std::move(with)), desk(home, std::move(terms.desk)),
      state(terms.ask.floor, terms.ask.most, terms.within),
      pause(pauses, std::minstd_rand(std::random_device{}())) {
    shown.floor = terms.ask.floor;
    shown.most = terms.ask.most;
}

void membership::body::listen_to_control() {
    const std::weak_ptr<body> self = weak_from_this();
    terms.control->on_lost([self](const std::string& why) {
        const auto alive = self.lock();
        if (!alive || !alive->state.may_open()) return;
        alive->state.lost(clock::now());
        // A standby is left each second: no news.
        if (!alive->terms.control->facts().in_recovery)
            alive->tell(fmt::format("the fleet's proof of life is gone: nothing opens until it is "
                                    "taken again ({})", why));
        alive->apply();
    });
    terms.control->on_restored([self] {
        if (const auto alive = self.lock()) alive->come_back();
    });
}

void membership::body::come_back() {
    retry_at = deadline(clock::now());
    if (!terms.control->facts().in_recovery) return;
    state.on_standby(clock::now());
    tell("the server is a standby: what there is is kept, nothing grows");
    apply();
}

// ---- joining ----

task<fleet_result> membership::body::attempt(unsigned had, deadline until) {
    const auto by = until.at_most(attempt_ms_max);
    if (!terms.control->holds(proof()) && !co_await terms.control->try_lock(proof(), by)) {
        fleet_refusal taken;
        taken.reason = fleet_refusal_reason::number_taken;
        taken.asker = name_of(terms.ask);
        taken.asked = terms.ask.most;
        taken.floor = terms.ask.floor;
        co_return std::unexpected(std::move(taken));
    }
    co_return co_await desk.admit(terms.ask, had, by);
}

void membership::body::accept(const reservation& what, bool again) {
    // Lost in the very moment: the answer is worth nothing without the lock.
    if (!terms.control->holds(proof()))
        throw persistence::connection_lost("control was lost while the fleet was joined", true);
    state.joined(what, clock::now());
    pause.reset();
    show(what);
    if (what.beyond > 0)
        tell(fmt::format("{} of {} units did not fit into the fleet's budget and were let pass",
                         what.beyond, what.units));
    else if (again)
        tell(fmt::format("the fleet's proof of life is back, with {} units", what.units));
    apply();
}

task<fleet_result> membership::body::settle_in(fleet_result joined, deadline until) {
    looping = true;
    home.spawn([self = shared_from_this()]() -> task<void> { co_await self->loop(); });
    const std::weak_ptr<body> self = weak_from_this();
    try {
        // The ledger calls in its own database; where control lives in another, see
        // look_for_wishes().
        calls = co_await terms.control->listen(
            persistence::identifier::parse(channel).value(),
            [self](const persistence::notification& said) {
                const auto alive = self.lock();
                if (alive && said.payload == std::to_string(alive->terms.ask.number))
                    alive->state.called(clock::now());
            },
            until);
    } catch (const std::exception&) {
        // Control was lost this moment; the loop brings us back, and visits hear the calls.
    }
    co_return joined;
}

task<void> membership::body::join_again() {
    const auto by = deadline::after(attempt_ms_max);
    // A predecessor whose socket nobody closed still holds the lock, and a slot.
    if (!terms.control->holds(proof())) co_await terms.control->terminate(terms.control_name, by);
    const auto got = co_await attempt(state.reserved(), by);
    if (!got) {
        tell(got.error().message());
        retry_at = deadline::after(pause.next());
        co_return;
    }
    accept(*got, true);
    const std::scoped_lock lock(mutex);
    ++shown.rejoins;
}

// ---- a member's life ----

task<void> membership::body::visit() {
    const unsigned out = terms.ledger->held() + (desk.has_unit() ? 0 : 1);  // with this visit
    const auto closed_to = state.closed_to(out, clock::now());
    const auto got = co_await desk.adjust(terms.ask, closed_to, state.tell_demand(),
                                          deadline::after(attempt_ms_max));
    if (!got) {
        state.lost(clock::now());
        tell(got.error().message());
    } else {
        state.visited(*got, clock::now());
        show(*got);
        told.clear();
    }
    apply();
}

task<void> membership::body::act() {
    const auto now = clock::now();
    const auto what = state.next(terms.ledger->held(), now);
    if (what == action::rest) co_return;
    if (!terms.control->connected() || !retry_at.passed(now)) co_return;
    std::string failure;
    try {
        if (what == action::join_again) co_await join_again();
        else co_await visit();
    } catch (const std::exception& why) {
        failure = why.what();
    }
    if (failure.empty()) co_return;
    retry_at = deadline::after(pause.next());
    if (what == action::visit) state.unreachable(clock::now());
    tell(fmt::format("the fleet's ledger cannot be reached: what there is is kept, nothing grows "
                     "({})", failure));
    const std::scoped_lock lock(mutex);
    ++shown.failures;
}

task<void> membership::body::loop() {
    const auto self = shared_from_this();
    while (!stopping) {
        look_at_demand();
        co_await look_for_wishes();
        co_await act();
        co_await show_wish(state.unmet());
        apply();  // a fence that has lasted too long shrinks
        desk.keep_unit(state.may_have_to_visit());
        const auto pause_ms = fenced ? fenced_turn_ms : turn_ms;
        if (!stopping) co_await sleep_until(deadline::after(pause_ms));
    }
    looping = false;
}

void membership::body::look_at_demand() {
    const auto now = terms.ledger->demand();
    auto units = now.held + now.queued;
    // How many more those would have taken is unknown: twice as many is reached in few steps.
    if (std::exchange(turned_away, now.turned_away) != now.turned_away)
        units = std::max(units, 2 * now.held);
    state.needs(std::min(units, capped), clock::now());
}

task<void> membership::body::show_wish(bool shown) {
    if (!terms.control->connected() || terms.control->holds(wish()) == shown) co_return;
    try {
        const auto by = deadline::after(attempt_ms_max);
        if (shown) co_await terms.control->try_lock(wish(), by);
        else co_await terms.control->unlock(wish(), by);
    } catch (const std::exception&) {
    }
}

task<void> membership::body::look_for_wishes() {
    const bool hears_calls = desk.target().database == terms.ask.lives_in;
    if (hears_calls || state.phase() != member_phase::member || state.target() ||
        state.reserved() <= terms.ask.floor || !terms.control->connected() || !look_at.passed())
        co_return;
    look_at = deadline::after(wish_look_ms);
    try {
        const auto by = deadline::after(attempt_ms_max);
        if (!co_await terms.control->others_hold(persistence::lock_class::wish, by)) co_return;
    } catch (const std::exception&) {
        co_return;  // on_lost says the rest
    }
    if (!heed_at.passed()) co_return;
    heed_at = deadline::after(heed_ms);
    state.called(clock::now());
}

// ---- what follows ----

void membership::body::apply() {
    const auto limit = std::max(terms.ask.floor, std::min(capped, state.limit(clock::now())));
    // One that is asked to give visits with what has come back, while the rest is still out.
    const auto visits_below = state.target() ? state.reserved() : 0;
    const bool as_it_is = std::exchange(visited_below, visits_below) == visits_below &&
                          terms.ledger->ceiling() == limit;
    // Refused when the process's floors have become larger than ours; then it keeps its ceiling.
    if (terms.bounded && !as_it_is) std::ignore = terms.ledger->resize(limit, visits_below);
    const bool close = state.phase() == member_phase::fenced;
    if (std::exchange(fenced, close) != close && terms.fence) terms.fence(close);
    const std::scoped_lock lock(mutex);
    shown.limit = limit;
    shown.demand = state.demand();
    shown.phase = state.phase();
    shown.reservation = state.reserved();
    shown.target = state.target();
    shown.safe_mode = state.safe_mode();
}

void membership::body::show(const reservation& what) {
    const std::scoped_lock lock(mutex);
    shown.learning = what.learning;
    shown.beyond = what.beyond;
    shown.bounds = what.bounds;
    shown.told_at = clock::now();
}

void membership::body::tell(const std::string& what) {
    if (std::exchange(told, what) != what && terms.tell) terms.tell(what);
}

}  // namespace headroom::fleet
