#include "headroom/persistence/roles.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace headroom::persistence {
namespace {

// A superuser belongs to every role; what it owns says nothing more than that it is one. "usage":
// by inheritance, which is also how a policy finds the roles it is for.
constexpr statement standing_text{
    "with own as (select * from pg_catalog.pg_roles where rolname = current_user),"
    " tables as (select n.nspname || '.' || c.relname as name from pg_catalog.pg_class c"
    "   join pg_catalog.pg_namespace n on n.oid = c.relnamespace cross join own"
    "   where c.relkind in ('r', 'p') and (c.relrowsecurity or c.relname like 'headroom\\_%'"
    "     or exists (select from pg_catalog.pg_attribute a where a.attrelid = c.oid"
    "       and a.attname = 'tenant_id' and not a.attisdropped))"
    "   and not own.rolsuper and pg_catalog.pg_has_role(c.relowner, 'member'))"
    " select rolname::text, rolsuper, rolbypassrls, rolcreaterole, (select count(*) from tables),"
    " coalesce((select array_agg(name order by name) from"
    "   (select name from tables order by name limit 5) as shown), '{}'),"
    " not rolsuper and rolname <> 'headroom_projector' and exists (select"
    "   from pg_catalog.pg_roles p where p.rolname = 'headroom_projector'"
    "   and pg_catalog.pg_has_role(p.oid, 'usage'))"
    " from own"};

std::string owned_line(const role_standing& of) {
    return fmt::format(
        "role {} owns {} of the tables it serves ({}{}) and could switch their row "
        "security off: serve as another role",
        of.role, of.owned, fmt::join(of.tables, ", "), of.owned > owned_named_max ? ", ..." : "");
}

}  // namespace

role_judgement judge_role(const role_standing& of, profile in) {
    std::vector<std::string> found;
    if (of.superuser)
        found.push_back(fmt::format(
            "role {} is a superuser: row security does not bind it, and its sessions take slots "
            "that no limit of a role counts",
            of.role));
    if (of.bypassrls && !of.superuser)
        found.push_back(
            fmt::format("role {} has BYPASSRLS: it reads the rows of every tenant", of.role));
    if (of.creates_roles && !of.superuser)
        found.push_back(
            fmt::format("role {} has CREATEROLE: it could make itself the owner", of.role));
    if (of.owned > 0) found.push_back(owned_line(of));
    if (of.inherits_projector)
        found.push_back(fmt::format(
            "role {} inherits {}, whose policy lets the rows of every tenant pass: revoke it, and "
            "give HEADROOM_PROJECTOR_URL to a login of its own",
            of.role, projector_role));
    if (in == profile::production) return {std::move(found), {}};
    return {{}, std::move(found)};
}

task<role_standing> read_role_standing(connection& on, deadline until) {
    const auto found = co_await on.run(standing_text, {}, until);
    if (found.empty()) throw unexpected_result("pg_roles does not show our own role");
    const auto only = found[0];
    role_standing standing;
    standing.role = only.get<std::string>(0);
    standing.superuser = only.get<bool>(1);
    standing.bypassrls = only.get<bool>(2);
    standing.creates_roles = only.get<bool>(3);
    standing.owned = only.get<std::int64_t>(4);
    standing.tables = only.get<std::vector<std::string>>(5);
    standing.inherits_projector = only.get<bool>(6);
    co_return standing;
}

}  // namespace headroom::persistence
