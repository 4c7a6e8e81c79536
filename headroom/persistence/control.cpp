#include "headroom/persistence/control.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/persistence/detail/control_body.hpp"

namespace headroom::persistence {
namespace {

using clock = deadline::clock;
using namespace std::chrono_literals;

constexpr statement take_lock{"select pg_try_advisory_lock($1, $2)"};
constexpr statement give_lock{"select pg_advisory_unlock($1, $2)"};
constexpr statement see_lock{
    "select exists (select from pg_catalog.pg_locks where locktype = 'advisory' and granted"
    " and database = (select oid from pg_catalog.pg_database where datname = current_database())"
    " and classid::int8 = $1 and objid::int8 = $2 and objsubid = 2)"};
constexpr statement see_class{
    "select exists (select from pg_catalog.pg_locks where locktype = 'advisory' and granted"
    " and classid::int8 = $1 and objsubid = 2 and pid <> pg_backend_pid())"};
constexpr statement end_named{
    "select pg_terminate_backend(pid) from pg_catalog.pg_stat_activity"
    " where application_name = $1 and pid <> pg_backend_pid()"};
constexpr statement count_named{
    "select count(*) from pg_catalog.pg_stat_activity"
    " where application_name = $1 and pid <> pg_backend_pid()"};

constexpr auto pause_ms = 10ms;

parameters of_lock(advisory_lock which) {
    return parameters::of(static_cast<std::int32_t>(which.of), which.key);
}

}  // namespace

control::control(reactor& home, budget::grant unit, control_terms terms)
    : body_(std::make_shared<body>(home, std::move(unit), std::move(terms))) {}

control::~control() { BOOST_ASSERT_MSG(!body_->looping, "control is stopped before it ends"); }

task<void> control::open(deadline until) {
    BOOST_ASSERT_MSG(!body_->looping, "control is opened once");
    co_await body_->connect(until);
    body_->schedule.done(detail::control_schedule::action::connect, clock::now());
    body_->looping = true;
    body_->home.spawn([self = body_]() -> task<void> { co_await self->loop(); });
}

task<void> control::stop(deadline until) {
    const auto self = body_;
    self->stopping = true;
    // Not at most until the deadline: the loop refers to the door. What it does at this moment has
    // a bound of its own, an attempt to connect the longest.
    while (self->looping) co_await sleep_until(deadline::after(pause_ms));
    const auto last = std::move(self->on);
    self->locks.clear();
    if (last != nullptr) co_await last->close(until);
    if (self->grant.held() > 0)
        co_await closing_room::of(self->home).settle(self->grant.agreed().consumer, until);
}

bool control::connected() const noexcept { return body_->connected(); }
const server_facts& control::facts() const noexcept { return body_->facts; }
unsigned control::connects() const noexcept { return body_->connects; }
int control::backend_pid() const noexcept { return body_->on ? body_->on->backend_pid() : 0; }

task<server_facts> control::read_facts(deadline until) {
    co_await body_->read_facts(until);
    co_return body_->facts;
}

task<bool> control::try_lock(advisory_lock which, deadline until) {
    BOOST_ASSERT_MSG(!holds(which), "a session lock is taken once");
    const auto with = body_->require();
    bool taken = false, silent = false;
    try {
        const auto answer = co_await with->run(take_lock, of_lock(which), body_->soon(until));
        taken = answer.one<bool>();
    } catch (const deadline_passed&) {
        silent = true;
    }
    // A lock that may have been taken unheard goes with the session it belongs to.
    if (silent && with == body_->on) body_->drop("the answer about a lock did not come in time");
    if (silent) throw deadline_passed("the lock's answer did not come in time");
    if (!taken) co_return false;
    if (with != body_->on || !connected()) throw connection_lost("control was lost", true);
    body_->locks.push_back(which);
    co_return true;
}

task<void> control::unlock(advisory_lock which, deadline until) {
    if (!holds(which)) co_return;
    std::erase(body_->locks, which);
    const auto with = body_->require();
    co_await with->run(give_lock, of_lock(which), body_->soon(until));
}

bool control::holds(advisory_lock which) const noexcept {
    return connected() && std::ranges::find(body_->locks, which) != body_->locks.end();
}

task<bool> control::is_held(advisory_lock which, deadline until) {
    const auto with = body_->require();
    const auto key = static_cast<std::int64_t>(static_cast<std::uint32_t>(which.key));
    const auto answer = co_await with->run(
        see_lock, parameters::of(static_cast<std::int64_t>(which.of), key), body_->soon(until));
    co_return answer.one<bool>();
}

task<bool> control::others_hold(lock_class any_of, deadline until) {
    const auto with = body_->require();
    const auto answer = co_await with->run(
        see_class, parameters::of(static_cast<std::int64_t>(any_of)), body_->soon(until));
    co_return answer.one<bool>();
}

task<control::subscription> control::listen(
    identifier channel, std::move_only_function<void(const notification&)> listener,
    deadline until) {
    auto made = std::make_shared<subscription::entry>(channel.text(), std::move(listener));
    body_->entries.push_back(made);
    subscription mine(made);
    // Without a connection to a primary it is registered as soon as there is one.
    if (connected() && !body_->facts.in_recovery)
        co_await body_->register_channel(*body_->require(), made->channel, true,
                                         body_->soon(until));
    co_return mine;
}

void control::on_facts(std::move_only_function<void(const server_facts&)> listener) {
    body_->facts_listeners.push_back(std::move(listener));
}
void control::on_lost(std::move_only_function<void(const std::string&)> listener) {
    body_->lost_listeners.push_back(std::move(listener));
}
void control::on_restored(std::move_only_function<void()> listener) {
    body_->restored_listeners.push_back(std::move(listener));
}
void control::on_refused(std::move_only_function<void(const server_error&)> listener) {
    body_->refused_listeners.push_back(std::move(listener));
}

void control::look_after(closing_room& room, const budget::ledger& of) {
    const body::care also{&room, &of};
    if (std::ranges::find(body_->cares, also) == body_->cares.end()) body_->cares.push_back(also);
}

task<unsigned> control::terminate(std::string name, deadline until) {
    const auto with = body_->require();
    const auto ended = co_await with->run(end_named, parameters::of(name), body_->soon(until));
    while (!until.passed()) {
        const auto left = co_await with->run(count_named, parameters::of(name), body_->soon(until));
        if (left.one<std::int64_t>() == 0) co_return static_cast<unsigned>(ended.size());
        co_await sleep_until(until.at_most(pause_ms));
    }
    throw deadline_passed(fmt::format("sessions of {} are still there", name));
}

control::subscription::subscription(subscription&& from) noexcept = default;

control::subscription& control::subscription::operator=(subscription&& from) noexcept {
    std::swap(entry_, from.entry_);
    return *this;
}

control::subscription::~subscription() {
    // Only marked: the listener may be running at this moment. The loop takes it away.
    if (entry_ != nullptr) entry_->active = false;
}

}  // namespace headroom::persistence
