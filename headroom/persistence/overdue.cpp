#include "headroom/persistence/overdue.hpp"

#include <optional>

namespace headroom::persistence {
namespace {

using clock = deadline::clock;
using std::chrono::milliseconds;

constexpr statement end_one{
    "select pg_terminate_backend(pid) from pg_catalog.pg_stat_activity"
    " where pid = $1 and application_name = $2 and pid <> pg_backend_pid()"};
constexpr statement sign_in_allowed{
    "select (extract(epoch from current_setting('authentication_timeout')::interval)"
    " * 1000)::bigint"};

constexpr std::size_t guests_a_turn_max = 64;

// The server does not show one that never finished signing in, but ends it by itself. The socket
// mostly tells sooner; across a broken network it never does.
class sign_ins {
public:
    sign_ins(connection& on, milliseconds margin, deadline until)
        : on_(on), margin_(margin), until_(until) {}

    task<bool> gave_up(const overdue_backend& who) {
        if (!allowed_) {
            const auto answer = co_await on_.run(sign_in_allowed, {}, until_);
            allowed_ = milliseconds(answer.one<std::int64_t>());
        }
        co_return clock::now() - who.since >= *allowed_ + margin_;
    }

private:
    connection& on_;
    const milliseconds margin_;
    const deadline until_;
    std::optional<milliseconds> allowed_;
};

task<bool> has_gone(connection& on, const overdue_backend& who, deadline until) {
    const auto seen = co_await on.run(
        end_one, parameters::of(who.backend_pid, who.application_name), until);
    co_return seen.empty();
}

}  // namespace

task<void> end_overdue_backends(connection& on, closing_room& room, const budget::ledger& of,
                                overdue_bounds within, deadline until) {
    auto overdue = room.overdue(of, clock::now() - within.overdue_ms);
    if (overdue.size() > guests_a_turn_max) overdue.resize(guests_a_turn_max);
    sign_ins unfinished(on, within.sign_in_margin_ms, until);
    for (const auto& each : overdue) {
        const bool gone = each.backend_pid == 0 ? co_await unfinished.gave_up(each)
                                                : co_await has_gone(on, each, until);
        if (gone) room.release(each);
    }
}

}  // namespace headroom::persistence
