// What callers do with a session, and what they leave behind.
#include "headroom/persistence/detail/session_keeper.hpp"
#include "headroom/persistence/tenant.hpp"

namespace headroom::persistence::detail {
namespace {

constexpr statement roll_it_back("ROLLBACK"), am_i_standby("SELECT pg_is_in_recovery()"),
    reset_all("RESET ALL"), unlisten("UNLISTEN *"), unlock("SELECT pg_advisory_unlock_all()"),
    forget_tables("DISCARD TEMPORARY");

bool begins_with(std::string_view text, std::string_view word) {
    if (text.size() < word.size()) return false;
    for (std::size_t i = 0; i < word.size(); ++i)
        if ((text[i] | 0x20) != word[i]) return false;
    return true;
}

/// Whether a statement may change what the next borrower of the connection would notice.
bool alters_session(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \n\t\r"), text.size()));
    for (const std::string_view word : {"set", "listen", "create temp", "declare"})
        if (begins_with(text, word)) return true;
    return text.find("set_config") != text.npos || text.find("pg_advisory_lock") != text.npos;
}

[[noreturn]] void throw_taken_back() {
    throw deadline_passed(
        "this session was taken back: a statement passed its deadline, or a borrowed unit was held "
        "for longer than session_hold_ms_max");
}

}  // namespace

void session_keeper::put(place& at, std::uint32_t generation) noexcept {
    if (!home_.is_current()) {
        if (queue_.keep(at, generation)) post([this, &at] {
            spawn([this, &at] { return tidy(at); });
        });
        return;
    }
    if (at.generation.load(std::memory_order_relaxed) != generation) return;
    const bool clean = at.link != nullptr && at.link->idle() && !at.altered && !at.suspect;
    const bool wanted_elsewhere =
        share_.recalled() && share_.borrowed() > 0 &&
        deadline::clock::now() - at.unit_since >= budget::loan_ms_min;
    if (stopping_) bell_.cancel();
    if (clean && !wanted_elsewhere) {
        if (queue_.give(at, generation) == given::close_it)
            spawn([this, &at] { return part_with(at, true); });
    } else if (queue_.keep(at, generation)) {
        if (wanted_elsewhere) queue_.lost(at);
        spawn([this, &at] { return tidy(at); });
    }
}

connection& session_keeper::usable(place& at, std::uint32_t generation) {
    BOOST_ASSERT(home_.is_current());
    if (at.generation.load(std::memory_order_relaxed) != generation || at.link == nullptr)
        throw_taken_back();
    return *at.link;
}

void session_keeper::about_to_run(place& at, statement text) {
    queue_.note_statement(at, text.text());
    if (text.id() != scope_to_tenant.id() && alters_session(text.text())) at.altered = true;
}

task<rows> session_keeper::run(place& at, std::uint32_t generation, statement text,
                               parameters values, deadline until) {
    auto& link = usable(at, generation);
    about_to_run(at, text);
    try {
        co_return co_await link.run(text, std::move(values), until);
    } catch (const deadline_passed&) {
        take_from_caller(at, generation);
        throw;
    } catch (const server_error& failure) {
        note_failure(at, generation, failure.is(sqlstate::read_only_transaction));
        throw;
    }
}

task<std::vector<rows>> session_keeper::run_unit(place& at, std::uint32_t generation,
                                                 std::vector<step> steps, deadline until) {
    auto& link = usable(at, generation);
    for (const auto& each : steps) about_to_run(at, *each.text);
    try {
        co_return co_await link.run_unit(steps, until);
    } catch (const deadline_passed&) {
        take_from_caller(at, generation);
        throw;
    } catch (const server_error& failure) {
        note_failure(at, generation, failure.is(sqlstate::read_only_transaction));
        throw;
    }
}

void session_keeper::take_from_caller(place& at, std::uint32_t generation) {
    if (!queue_.keep(at, generation)) throw_taken_back();
    spawn([this, &at] { return tidy(at); });
}

void session_keeper::note_failure(place& at, std::uint32_t generation, bool read_only) {
    if (at.generation.load(std::memory_order_relaxed) != generation) throw_taken_back();
    if (read_only) at.suspect = true;
}

int session_keeper::backend_pid(const place& at, std::uint32_t generation) const noexcept {
    if (at.generation.load(std::memory_order_relaxed) != generation || !at.link) return 0;
    return at.link->backend_pid();
}

task<void> session_keeper::tidy(place& at) {
    bool clean = false;
    try {
        clean = co_await tidied(at, deadline::after(bounds.recover_ms_max));
    } catch (const std::exception&) {
        clean = false;
    }
    co_await circulate(at, clean);
}

task<bool> session_keeper::tidied(place& at, deadline until) {
    if (at.link == nullptr || at.link->is() != connection::state::ready) co_return false;
    auto& link = *at.link;
    if (link.pending() > 0) {
        co_await link.cancel(until);
        if (!co_await link.drain(until)) co_return false;
    }
    if (link.in_transaction()) co_await roll_back(link, until);
    if (std::exchange(at.suspect, false)) {
        const auto answer = co_await link.run(am_i_standby, {}, until);
        if (answer.one<bool>()) {
            retire_all();
            co_return false;
        }
    }
    if (std::exchange(at.altered, false)) {
        const step steps[] = {
            {&reset_all, {}}, {&unlisten, {}}, {&unlock, {}}, {&forget_tables, {}}};
        co_await link.run_unit(steps, until);
    }
    co_return link.idle();
}

// A cancel request may arrive after the statement it was meant for, and then hits this one.
task<void> session_keeper::roll_back(connection& link, deadline until) {
    for (bool first = true;; first = false) {
        try {
            co_await link.run(roll_it_back, {}, until);
            co_return;
        } catch (const server_error& failure) {
            if (!first || !failure.is(sqlstate::query_canceled)) throw;
        }
    }
}

}  // namespace headroom::persistence::detail
