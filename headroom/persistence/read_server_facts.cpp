#include "headroom/persistence/read_server_facts.hpp"

#include <array>

#include "headroom/persistence/detail/fact_rows.hpp"

namespace headroom::persistence {
namespace {

constexpr statement settings_text{
    "select name::text, setting, coalesce(unit, ''), source, coalesce(reset_val, ''),"
    " pending_restart from pg_catalog.pg_settings where name = any($1)"};

constexpr statement reader_text{
    "select current_user::text, current_database()::text, r.rolsuper, r.rolbypassrls,"
    " r.rolreplication, pg_catalog.pg_has_role('pg_read_all_stats', 'usage') or r.rolsuper,"
    " coalesce((select pg_catalog.pg_has_role(oid, 'usage') from pg_catalog.pg_roles"
    "   where rolname = 'pg_use_reserved_connections'), false),"
    " pg_catalog.pg_is_in_recovery(),"
    " to_char(pg_catalog.pg_postmaster_start_time() at time zone 'UTC',"
    "   'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'),"
    " coalesce(host(inet_server_addr()), ''), pg_backend_pid()"
    " from pg_catalog.pg_roles r where r.rolname = current_user"};

constexpr statement roles_text{
    "select rolname::text, rolconnlimit, rolsuper from pg_catalog.pg_roles"
    " where rolconnlimit >= 0 or rolsuper or rolname = current_user order by 1 limit 1000"};

constexpr statement databases_text{
    "select datname::text, datconnlimit from pg_catalog.pg_database"
    " where datconnlimit >= 0 or datname = current_database() order by 1 limit 1000"};

// Without pg_read_all_stats the type of others' backends is hidden: what has a user and a database
// and is no walsender is then taken for a client session.
#define HEADROOM_CLIENT_SESSIONS                                                                  \
    "a.backend_type = 'client backend' or (a.backend_type is null and a.usesysid is not null"     \
    "   and a.datid is not null and a.pid not in (select pid from pg_catalog.pg_stat_replication" \
    "   where pid is not null))"

constexpr statement activity_text{
    "select a.pid, coalesce(a.application_name, ''), coalesce(a.usename::text, ''),"
    " coalesce(a.datname::text, ''), coalesce(host(a.client_addr), ''), coalesce(a.state, ''),"
    " a.backend_start is not null, coalesce(r.rolsuper, false),"
    " coalesce(extract(epoch from now() - a.backend_start)::int8, 0),"
    " coalesce(extract(epoch from now() - a.state_change)::int8, 0),"
    " coalesce(extract(epoch from now() - a.xact_start)::int8, 0),"
    " coalesce(left(ltrim(a.query), 7) ilike 'listen ', false)"
    " from pg_catalog.pg_stat_activity a left join pg_catalog.pg_roles r on r.oid = a.usesysid"
    " where " HEADROOM_CLIENT_SESSIONS " order by a.pid limit $1"};

constexpr statement sessions_text{
    "select count(*) from pg_catalog.pg_stat_activity a"
    " where a.pid <> pg_catalog.pg_backend_pid() and (" HEADROOM_CLIENT_SESSIONS ")"};

#undef HEADROOM_CLIENT_SESSIONS

constexpr statement counts_text{
    "select (select count(*) from pg_catalog.pg_stat_replication),"
    " (select sum(numbackends)::int8 from pg_catalog.pg_stat_database)"};

// The control file tells the timeline of its last checkpoint, which comes long after a promotion.
constexpr statement history_text{
    "select system_identifier::text, case when pg_catalog.pg_is_in_recovery() then null else"
    " ('x' || left(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 8))::bit(32)::int8"
    " end from pg_catalog.pg_control_system()"};

/// What is asked, what it is called when it fails, and who reads the answer.
struct question {
    const char* name;
    step ask;
    void (*read)(const rows&, server_facts&);
};

std::array<question, 7> questions() {
    return {{{"settings",
              {&settings_text, parameters::of(detail::setting_names())},
              detail::read_settings},
             {"role", {&reader_text, {}}, detail::read_reader},
             {"limits of roles", {&roles_text, {}}, detail::read_roles},
             {"limits of databases", {&databases_text, {}}, detail::read_databases},
             {sessions_fact,
              {&activity_text, parameters::of(std::int64_t{backends_max} + 1)},
              detail::read_activity},
             {"walsenders", {&counts_text, {}}, detail::read_counts},
             {"system identifier", {&history_text, {}}, detail::read_history}}};
}

/// The text behind "42501: ", which the server wrote and which names no value.
std::string reason(const server_error& refused) { return refused.what(); }

task<bool> ask_together(connection& through, std::span<const question> all, server_facts& into,
                        deadline until) {
    std::vector<step> steps;
    for (const auto& each : all) steps.push_back(each.ask);
    try {
        const auto answers = co_await through.run_unit(steps, until);
        for (std::size_t i = 0; i < answers.size(); ++i) all[i].read(answers[i], into);
    } catch (const server_error&) {
        co_return false;
    }
    co_return true;
}

task<void> ask_alone(connection& through, const question& one, server_facts& into, deadline until) {
    try {
        one.read(co_await through.run(*one.ask.text, one.ask.values, until), into);
    } catch (const server_error& refused) {
        into.unread.push_back({one.name, reason(refused)});
    }
}

}  // namespace

task<server_facts> read_server_facts(connection& through, deadline until) {
    const auto all = questions();
    server_facts facts;
    if (!co_await ask_together(through, all, facts, until)) {
        facts = {};
        for (const auto& each : all) co_await ask_alone(through, each, facts, until);
    }
    detail::finish(facts, through.backend_pid());
    co_return facts;
}

task<void> read_sessions(connection& through, server_facts& into, deadline until) {
    const auto found = co_await through.run(
        activity_text, parameters::of(std::int64_t{backends_max} + 1), until);
    into.backends.clear();
    detail::read_activity(found, into);
    for (auto& each : into.backends) each.own = each.pid == into.reader.pid;
}

task<std::uint64_t> count_sessions(connection& through, deadline until) {
    const auto found = co_await through.run(sessions_text, {}, until);
    co_return static_cast<std::uint64_t>(found[0].get<std::int64_t>(0));
}

}  // namespace headroom::persistence
