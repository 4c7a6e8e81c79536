#include "headroom/fleet/detail/standby_body.hpp"

#include <fmt/format.h>

#include <random>
#include <tuple>

#include "headroom/fleet/ledger_answer.hpp"
#include "headroom/persistence/error.hpp"
#include "headroom/persistence/overdue.hpp"

namespace headroom::fleet {
namespace {

using clock = deadline::clock;
using namespace std::chrono_literals;
using persistence::connection_lost;
using persistence::parameters;
using persistence::statement;

constexpr backoff_bounds standby_pauses{20ms, 100ms, 2'000ms};
constexpr auto standby_turn_ms = 50ms;         // between two looks of the loop at itself
constexpr auto standby_attempt_ms_max = 5s;    // of one look and its visit
constexpr auto goodbye_ms = 1s;                // for the standby to let go of a connection
constexpr unsigned looks_max = 5;              // in one attempt, as others come and go

constexpr statement look_v1{
    "select l ->> 'scope', (l ->> 'in_recovery')::boolean, l "
    "from headroom_fleet.standby_look_v1() l"};
constexpr statement standby_rehearse_v1{"select headroom_fleet.standby_rehearse_v1($1, $2)"};
constexpr statement visit_v1{
    "select headroom_fleet.standby_visit_v1($1, $2, $3::text::uuid, $4, $5, $6, $7, $8, $9)"};
constexpr statement standby_leave_v1{"select headroom_fleet.standby_leave_v1($1, $2, $3)"};

std::int32_t as_whole(unsigned units) { return static_cast<std::int32_t>(units); }

}  // namespace

standby_share::body::body(reactor& on, standby_terms with)
    : home(on), terms(std::move(with)), desk(home, std::move(terms.desk)),
      state(terms.ask.floor, terms.ask.most, terms.within),
      pause(standby_pauses, std::minstd_rand(std::random_device{}())) {
    terms.rooms.push_back(&persistence::closing_room::of(home));
    shown.floor = terms.ask.floor;
    shown.most = terms.ask.most;
}

// ---- what it hangs on ----

void standby_share::body::follow_control() {
    const std::weak_ptr<body> self = weak_from_this();
    terms.control->on_lost([self](const std::string&) {
        if (const auto alive = self.lock()) alive->lost("the fleet's proof of life is gone");
    });
}

bool standby_share::body::is_member() const {
    return terms.control->connected() &&
           terms.member->figures().phase == member_phase::member;
}

void standby_share::body::lost(const std::string& why) {
    const bool held = state.phase() == standby_phase::holding;
    state.lost(clock::now());
    if (!held) return;
    tell(fmt::format("nothing opens on the standby until the ledger has answered again ({})", why));
    apply();
}

// ---- looks and visits ----

task<fleet_result> standby_share::body::attempt(deadline until) {
    const auto by = until.at_most(standby_attempt_ms_max);
    for (unsigned i = 0; i < looks_max; ++i) {
        co_await connect(by);
        const auto life = state.life();
        co_await tidy(by);
        const auto seen = co_await look(by);
        if (state.phase() == standby_phase::promoted) {
            fleet_refusal why;
            why.reason = fleet_refusal_reason::no_standby;
            why.asker = name_of(terms.ask);
            why.asked = terms.ask.most;
            why.floor = terms.ask.floor;
            co_return std::unexpected(std::move(why));
        }
        if (!is_member()) throw connection_lost("the process is not a member of the fleet", true);
        const auto said = co_await visit(seen, by);
        auto answer = read_standby_answer(said.one<persistence::jsonb>().text, terms.ask);
        if (life != state.life())
            throw connection_lost("what the answer rests on was lost meanwhile", true);
        if (answer.ticket) state.take(*std::move(answer.ticket));
        if (!answer.decided) continue;
        if (*answer.decided) state.granted(**answer.decided, clock::now());
        show(*answer.decided);
        co_return *std::move(answer.decided);
    }
    throw connection_lost("shares of the standby were given back during each look", true);
}

task<void> standby_share::body::connect(deadline until) {
    if (link && link->is() == persistence::connection::state::ready) co_return;
    co_await hang_up(deadline::after(goodbye_ms));
    auto unit = terms.look.take();
    if (!unit) throw budget::refused(std::move(unit.error()));
    persistence::connection_options options;
    options.application_name = terms.application_name;
    options.keepalive_fast = true;  // its end is what tells of a standby's restart
    options.ends_with_host = true;
    link = std::make_unique<persistence::connection>(home, std::move(*unit), std::move(options));
    const std::weak_ptr<body> self = weak_from_this();
    link->on_lost([self](const std::string& why) {
        if (const auto alive = self.lock()) alive->lost(why);
    });
    std::exception_ptr failure;
    try {
        co_await terms.through->open(*link, until);
    } catch (...) {
        failure = std::current_exception();
    }
    if (!failure) co_return;
    co_await hang_up(deadline::after(goodbye_ms));
    std::rethrow_exception(failure);
}

task<void> standby_share::body::hang_up(deadline until) {
    if (!link) co_return;
    const auto old = std::exchange(link, nullptr);
    co_await old->close(until);
}

task<void> standby_share::body::tidy(deadline until) {
    try {
        for (auto* room : terms.rooms)
            co_await persistence::end_overdue_backends(*link, *room, *terms.ledger, {}, until);
    } catch (const persistence::server_error&) {
        // Without the right to end one its unit stays out; the look counts it either way.
    }
}

task<persistence::jsonb> standby_share::body::look(deadline until) {
    const auto found = co_await link->run(look_v1, {}, until);
    if (found.size() != 1) throw persistence::unexpected_result("a look is one row");
    const auto seen = found[0];
    state.looked(seen.get<std::string>(0), seen.get<bool>(1));
    co_return seen.get<persistence::jsonb>(2);
}

task<persistence::rows> standby_share::body::visit(const persistence::jsonb& seen, deadline until) {
    const auto& ask = terms.ask;
    const std::int64_t number = ask.number;
    return desk.visit(persistence::step{&standby_rehearse_v1, parameters::of(number, seen)},
                      {&visit_v1, parameters::of(number, ask.identity, state.ticket(), seen,
                                                 state.left_scope(), as_whole(ask.floor),
                                                 as_whole(ask.most), as_whole(state.reserved()),
                                                 persistence::jsonb{claims_text(ask.claims)})},
                      until);
}

task<void> standby_share::body::give_back(deadline until) {
    if (state.reserved() == 0 || !terms.control->connected()) co_return;
    try {
        co_await desk.visit({},
                            {&standby_leave_v1,
                             parameters::of(std::int64_t{terms.ask.number}, terms.ask.identity,
                                            state.left_scope().value_or(state.scope()))},
                            until);
    } catch (const std::exception&) {
        // The end of the proof of life says the same.
    }
}

// ---- a share's life ----

void standby_share::body::settle_in() {
    pause.reset();
    apply();
    looping = true;
    home.spawn([self = shared_from_this()]() -> task<void> { co_await self->loop(); });
}

task<void> standby_share::body::act() {
    const auto use = terms.ledger->demand();
    const bool full = use.held + use.queued >= state.reserved();
    if (!state.due(full, clock::now()) || !retry_at.passed()) co_return;
    const bool held = state.phase() == standby_phase::holding;
    std::string failure;
    try {
        const auto got = co_await attempt(deadline::after(standby_attempt_ms_max));
        if (got || state.over()) co_return answered(got, held);
        if (held) lost("its row is gone");
        failure = got.error().message();
    } catch (const std::exception& why) {
        state.unreachable(clock::now());
        failure = fmt::format("no answer for the share of the standby: what there is is kept, "
                              "nothing grows ({})", why.what());
    }
    retry_at = deadline::after(pause.next());
    tell(failure);
}

void standby_share::body::answered(const fleet_result& what, bool held) {
    pause.reset();
    if (held) told.clear();
    else if (what) tell(fmt::format("the share of the standby is back, with {}", what->units));
}

task<void> standby_share::body::loop() {
    const auto self = shared_from_this();
    while (!stopping && !state.over()) {
        if (state.phase() == standby_phase::holding && !is_member())
            lost("the fleet's proof of life is gone");
        co_await act();
        apply();  // a fence that has lasted too long shrinks
        if (!stopping) co_await sleep_until(deadline::after(standby_turn_ms));
    }
    if (state.phase() == standby_phase::promoted) {
        tell("the standby has become a primary: its sessions are for a ledger of its own");
        co_await give_back(deadline::after(standby_attempt_ms_max));
        co_await hang_up(deadline::after(goodbye_ms));
    }
    looping = false;
}

// ---- what follows ----

void standby_share::body::apply() {
    const auto limit = state.limit(clock::now());
    // Refused when the process's floors have become larger than ours; then it keeps its ceiling.
    if (terms.ledger->ceiling() != limit) std::ignore = terms.ledger->resize(limit);
    const bool close = state.phase() == standby_phase::fenced ||
                       state.phase() == standby_phase::promoted;
    if (std::exchange(fenced, close) != close && terms.fence) terms.fence(close);
    const std::scoped_lock lock(mutex);
    shown.phase = state.phase();
    shown.scope = state.scope();
    shown.reservation = state.reserved();
    shown.limit = limit;
    shown.safe_mode = state.safe_mode();
}

void standby_share::body::show(const fleet_result& what) {
    const std::scoped_lock lock(mutex);
    shown.bounds = what ? what->bounds : what.error().bounds;
    shown.learning = what ? what->learning : what.error().learning;
}

void standby_share::body::tell(const std::string& what) {
    if (std::exchange(told, what) != what && terms.tell) terms.tell(what);
}

}  // namespace headroom::fleet
