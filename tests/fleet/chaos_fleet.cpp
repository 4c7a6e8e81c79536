#include "tests/fleet/chaos_fleet.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "headroom/budget/exit_code.hpp"
#include "headroom/persistence/advisory_locks.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/server_process.hpp"

namespace headroom::fleet {
namespace {

using namespace std::chrono_literals;

constexpr unsigned member_floor = 1, member_most = 4;
constexpr auto place_free_bound = 60s;  // for a joiner's place
constexpr auto after_stop = 500ms;      // by then it has noticed what it slept through
constexpr int unlimited = -1;

std::string first_line_with(const std::string& text, std::string_view what) {
    std::istringstream lines(text);
    for (std::string each; std::getline(lines, each);)
        if (each.contains(what)) return each;
    return {};
}

}  // namespace

chaos_fleet::chaos_fleet(service::served_database& on)
    : on_(on), hand_(on.server().url("postgres", on.name())), places_(members + services) {
    for (unsigned i = 0; i < services; ++i) service_at(i).kind = resident_kind::service;
    for (auto& each : places_) {
        each.most = member_most;
        replace(each);
    }
}

// ---- what is done ----

void chaos_fleet::act(const chaos_step& what) {
    go_on([] { return false; }, what.pause);
    ++counts_.steps;
    switch (what.verb) {
        case chaos_verb::kill:
            member_at(what.who).most = what.amount;
            return kill(member_at(what.who), counts_.kills);
        case chaos_verb::kill_service:
            return kill(service_at(what.who), counts_.kills);
        case chaos_verb::leave:
            return leave(member_at(what.who), what.amount);
        case chaos_verb::stop:
            return stop(member_at(what.who), what.amount);
        case chaos_verb::stop_service:
            return stop(service_at(what.who), what.amount);
        case chaos_verb::cut:
            return cut(member_at(what.who));
        case chaos_verb::deploy:
            ++counts_.deploys;
            service_at(what.who).drains_first = true;
            return replace(service_at(what.who));
        case chaos_verb::resize_fleet:
            return resize(what.amount);
        case chaos_verb::limit_role:
            return limit_role(static_cast<int>(what.amount));
    }
}

void chaos_fleet::replace(place& who) {
    if (who.wanted && std::ranges::find(to_start_, &who) == to_start_.end())
        to_start_.push_back(&who);
}

void chaos_fleet::kill(place& who, unsigned& count) {
    if (!who.in) return;
    ++count;
    who.in->kill();
    leaving_.push_back(std::move(who.in));
    replace(who);
}

void chaos_fleet::leave(place& who, unsigned most) {
    who.most = most;
    if (!who.in || !go_on([this] { return one_more_may(); }, place_free_bound)) return;
    send_away(who);
    replace(who);
}

void chaos_fleet::send_away(place& who) {
    if (!who.in) return;
    ++counts_.leaves;
    who.in->leave();
    leaving_.push_back(std::move(who.in));
}

void chaos_fleet::stop(place& who, unsigned lasts_ms) {
    if (!who.in || who.in->stopped()) return;
    ++counts_.stops;
    who.in->stop(std::chrono::milliseconds(lasts_ms));
}

// It comes back as a joiner, so it waits for a joiner's place. One that is stopped would open what
// it was just about to open before it notices.
void chaos_fleet::cut(place& who) {
    if (!who.in || who.in->stopped() || !who.in->joined()) return;
    if (!go_on([this] { return one_more_may(); }, place_free_bound)) return;
    if (!who.in || who.in->stopped()) return;
    ++counts_.cuts;
    who.in->settles_in(after_stop);
    hand_.sql(
        fmt::format("select pg_terminate_backend(pid) from pg_stat_activity where"
                    " application_name = 'test/serve/{}/persistence.control'",
                    who.in->number()));
}

void chaos_fleet::resize(unsigned wanted) {
    for (unsigned i = 0; i < members; ++i) {
        auto& each = member_at(i);
        each.wanted = i < wanted;
        if (!each.wanted)
            leave(each, each.most);
        else if (!each.in)
            replace(each);
    }
}

// An operator lowers a limit to what has been granted at most, between two admissions: below that,
// sessions that are open already are too many, and the next sign-in is refused whoever it is.
void chaos_fleet::limit_role(int connections) {
    ++counts_.limits;
    const auto turn = static_cast<std::int32_t>(persistence::lock_class::admission);
    hand_.sql("begin");
    hand_.sql(fmt::format("select pg_advisory_xact_lock({}, 0)", turn));
    const auto granted = std::stoi(hand_.value(
        "select greatest((select coalesce(sum(least(c.most, c.floor + m.reservation - m.floor)), 0)"
        " from headroom_fleet.member m join headroom_fleet.claim c using (number)"
        " join pg_roles r on r.oid = c.role where r.rolname = 'worker'),"
        " (select count(*) from pg_stat_activity where usename = 'worker'))"));
    hand_.sql(fmt::format("alter role worker connection limit {}",
                          connections == unlimited ? unlimited : std::max(connections, granted)));
    hand_.sql("commit");
}

// ---- what goes on meanwhile ----

bool chaos_fleet::go_on(const std::function<bool()>& done, std::chrono::milliseconds bound) {
    return testing::eventually(
        [&] {
            turn();
            return done();
        },
        bound);
}

void chaos_fleet::turn() {
    for (auto& each : places_) look_after(each);
    bury();
    start_next();
}

// One place is left to those that are stopped: they may hold what the joiners wait for.
void chaos_fleet::start_next() {
    while (!to_start_.empty() && coming_and_going() + 1 < joiners_max) {
        auto& who = *to_start_.front();
        to_start_.pop_front();
        if (!who.wanted || (who.in && !who.drains_first)) continue;
        ++counts_.starts;
        auto fresh = std::make_unique<resident>(who.kind, who.kind == resident_kind::member
                                                              ? member(member_floor, who.most)
                                                              : service());
        if (who.in) {
            who.in->leave();
            leaving_.push_back(std::move(who.in));
        }
        who.drains_first = false;
        who.in = std::move(fresh);
    }
}

void chaos_fleet::look_after(place& who) {
    if (!who.in) return;
    if (who.in->resumes() && one_more_may()) {
        who.in->settles_in(after_stop);
        who.in->go_on();
    }
    if (const auto how = who.in->ended(0ms)) {
        if (how->code == budget::exit_code::unavailable)
            ++counts_.joins_given_up;
        else
            faults_.push_back(fmt::format("ended by itself with {}", how->code));
        check(*who.in, *how);
        who.in.reset();
        replace(who);
    }
}

void chaos_fleet::bury() {
    std::erase_if(leaving_, [this](auto& each) {
        const auto how = each->ended(0ms);
        if (how) check(*each, *how);
        return how.has_value();
    });
}

void chaos_fleet::check(resident& who, testing::exit_status how) {
    const auto said = who.errors();
    if (who.joined()) ++counts_.joins;
    if (said.contains("too little is free")) ++counts_.joins_refused;
    if (!resident::ended_well(how, who.killed()))
        faults_.push_back(
            fmt::format("code {} signal {}: {}", how.code, how.signal,
                        said.substr(said.size() - std::min<std::size_t>(said.size(), 2'000))));
    if (const auto full = first_line_with(said, "53300"); !full.empty()) faults_.push_back(full);
}

unsigned chaos_fleet::coming_and_going() {
    const auto joining =
        std::ranges::count_if(places_, [](auto& each) { return each.in && each.in->joining(); });
    return static_cast<unsigned>(joining) + static_cast<unsigned>(leaving_.size());
}

bool chaos_fleet::one_more_may() { return coming_and_going() < joiners_max; }

bool chaos_fleet::everybody_joined() {
    return to_start_.empty() && coming_and_going() == 0 &&
           std::ranges::all_of(places_, [](auto& each) {
               return each.in && !each.in->stopped() && each.in->joined();
           });
}

// ---- the end ----

bool chaos_fleet::settle(std::chrono::milliseconds bound) {
    resize(members);
    limit_role(unlimited);
    return go_on([this] { return everybody_joined(); }, bound);
}

bool chaos_fleet::leave(std::chrono::milliseconds bound) {
    for (auto& each : places_) {
        each.wanted = false;
        send_away(each);
    }
    return go_on([this] { return leaving_.empty(); }, bound);
}

std::map<std::string, unsigned> chaos_fleet::members_say() const {
    std::map<std::string, unsigned> all;
    for (const auto& each : places_)
        if (each.in && each.kind == resident_kind::member) all[each.in->number()] = each.in->has();
    return all;
}

// ---- programs ----

testing::program chaos_fleet::member(unsigned floor, unsigned most) const {
    testing::program what;
    what.arguments = {HEADROOM_CHAOS_MEMBER, on_.url("app"),       on_.url("worker"),
                      std::to_string(floor), std::to_string(most), on_.server().socket_file()};
    return what;
}

// As small as a service can be: six floors, a unit to visit with, and one more to borrow.
testing::program chaos_fleet::service() const {
    testing::program what;
    what.arguments = {HEADROOM_SERVICE, "serve"};
    what.environment = on_.addresses();
    what.environment["HEADROOM_HTTP_LISTEN"] = fmt::format("127.0.0.1:{}", testing::free_port());
    what.environment["DATABASE_SYNC_POOL_SIZE"] = "0";
    what.environment["POSTGRES_POOL_SIZE"] = "1";
    what.environment["POSTGRES_PROJECTION_POOL_SIZE"] = "1";
    what.environment["HEADROOM_RESERVE_POSTGRES"] = "2";
    what.clean_environment = true;
    return what;
}

}  // namespace headroom::fleet
