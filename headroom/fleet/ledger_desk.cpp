#include "headroom/fleet/ledger_desk.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>

#include "headroom/fleet/ledger_answer.hpp"
#include "headroom/persistence/advisory_locks.hpp"
#include "headroom/persistence/visit.hpp"

namespace headroom::fleet {
namespace {

using persistence::parameters;
using persistence::statement;

constexpr statement rehearse_v1{"select headroom_fleet.rehearse_v1($1, $2)"};
constexpr statement take_turn{"select pg_advisory_xact_lock($1, 0)"};
constexpr statement admit_v1{
    "select headroom_fleet.admit_v1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
constexpr statement adjust_v1{"select headroom_fleet.adjust_v1($1, $2, $3, $4, $5)"};
constexpr statement leave_v1{"select headroom_fleet.leave_v1($1, $2)"};

constexpr std::chrono::milliseconds look_ms{5};  // for a unit that another thread delivered

std::int32_t whole(unsigned units) { return static_cast<std::int32_t>(units); }
std::int64_t number_of(const fleet_terms& who) { return who.number; }

persistence::step turn() {
    return {&take_turn,
            parameters::of(static_cast<std::int32_t>(persistence::lock_class::admission))};
}

/// What to do about the refusals of a server that was not prepared for us.
std::string_view remedy(const persistence::server_error& said) {
    if (said.is("3F000") || said.is("42883") || said.is(persistence::sqlstate::undefined_table))
        return "run `headroom-service migrate` with HEADROOM_FLEET_DATABASE set as here";
    if (said.is(persistence::sqlstate::insufficient_privilege))
        return "GRANT headroom_app TO this role, which needs the rights of that role in schema "
               "headroom_fleet and none to create anything";
    return {};
}

[[noreturn]] void rethrow_with_remedy(const persistence::server_error& said,
                                      const persistence::connect_info& at) {
    const auto what = remedy(said);
    if (what.empty()) throw said;
    const std::string_view text = said.what();
    const auto behind = said.sqlstate().size() + 2;  // "42501: "
    throw persistence::server_error(
        said.sqlstate(), fmt::format("{} (role {}, database {}): {}", text.substr(behind),
                                     at.user, at.database, what));
}

}  // namespace

ledger_desk::ledger_desk(reactor& home, desk_terms terms) : home_(home), terms_(std::move(terms)) {
    BOOST_ASSERT_MSG(terms_.share.agreed().floor + terms_.share.agreed().burst > 0,
                     "a visit needs a unit");
}

task<fleet_result> ledger_desk::admit(const fleet_terms& who, unsigned had, deadline until) {
    BOOST_ASSERT(1 <= who.floor && who.floor <= who.most);
    const auto answer = co_await decide(
        who,
        {&admit_v1, parameters::of(number_of(who), who.identity, who.system, who.duty,
                                   whole(who.floor), whole(who.most), whole(had), who.lives_in,
                                   persistence::jsonb{claims_text(who.claims)},
                                   to_string(who.policy))},
        until);
    co_return read_answer(answer.one<persistence::jsonb>().text, who);
}

task<fleet_result> ledger_desk::adjust(const fleet_terms& who, unsigned closed_to,
                                       unsigned wants, deadline until) {
    const auto answer = co_await decide(
        who,
        {&adjust_v1,
         parameters::of(number_of(who), who.identity, whole(closed_to), whole(who.most),
                        whole(wants))},
        until);
    co_return read_answer(answer.one<persistence::jsonb>().text, who);
}

task<bool> ledger_desk::leave(const fleet_terms& who, deadline until) {
    const auto answer = co_await visit(
        {}, {&leave_v1, parameters::of(number_of(who), who.identity)}, until);
    co_return answer.one<bool>();
}

task<persistence::rows> ledger_desk::decide(const fleet_terms& who, persistence::step what,
                                            deadline until) {
    return visit(persistence::step{&rehearse_v1, parameters::of(number_of(who), who.identity)},
                 std::move(what), until);
}

task<persistence::rows> ledger_desk::visit(std::optional<persistence::step> rehearsal,
                                           persistence::step what, deadline until) {
    std::vector<persistence::step> batch;
    if (rehearsal) batch.push_back(*std::move(rehearsal));
    batch.push_back(turn());
    batch.push_back(std::move(what));
    return ask(std::move(batch), until);
}

task<persistence::rows> ledger_desk::ask(std::vector<persistence::step> batch, deadline until) {
    const auto by = until.at_most(terms_.within.visit_ms_max);
    auto mine = co_await unit(by);
    persistence::rows answer;
    const auto talk = [&](persistence::connection& on) -> task<void> {
        auto answers = co_await on.run_unit(batch, by);
        answer = std::move(answers.back());
    };
    try {
        co_await persistence::with_connection(home_, *terms_.through, terms_.share,
                                              std::move(mine), options(), talk, by);
        co_return answer;
    } catch (const persistence::server_error& said) {
        rethrow_with_remedy(said, target());
    }
}

void ledger_desk::keep_unit(bool kept) {
    keeps_ = kept;
    if (keeps_) return wish();
    forget();
    counter_->unit = {};
}

void ledger_desk::wish() {
    if (counter_->wishing || counter_->unit) return;
    counter_->wishing = true;
    terms_.share.want([to = home_.get_executor(), at = counter_](budget::lease one) {
        boost::asio::post(to, [at, one = std::move(one)]() mutable {
            at->wishing = false;
            at->unit = std::move(one);
        });
    });
}

void ledger_desk::forget() {
    if (terms_.share.forget()) counter_->wishing = false;
}

/// Waits in the queue for the reserve; nothing is held meanwhile (design law 5).
task<budget::lease> ledger_desk::unit(deadline until) {
    wish();
    while (!counter_->unit && !until.passed()) co_await sleep_until(until.at_most(look_ms));
    if (!counter_->unit) {
        if (!keeps_) forget();
        throw budget::refused(terms_.share.refuse(budget::refusal_reason::timed_out));
    }
    auto mine = std::exchange(counter_->unit, {});
    if (keeps_) wish();  // first in the queue when this one comes back
    co_return mine;
}

persistence::connection_options ledger_desk::options() const {
    persistence::connection_options made;
    made.application_name = terms_.application_name;
    made.statement_cache_max = 0;  // preparing would be a round trip of its own, under the lock
    made.statement_timeout = terms_.within.work_ms_max;
    made.ends_with_host = true;
    made.start_up = {fmt::format("lock_timeout={}", terms_.within.lock_ms_max.count()),
                     "default_transaction_isolation=read committed", "search_path=pg_catalog",
                     // Others wait for the lock as long as the commit takes, and what a crash loses
                     // its members say again: all of them have lost control (docs/fleet.md).
                     "synchronous_commit=off"};
    return made;
}

}  // namespace headroom::fleet
