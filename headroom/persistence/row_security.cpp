#include "headroom/persistence/row_security.hpp"

#include <fmt/format.h>

namespace headroom::persistence {
namespace {

constexpr std::string_view isolation_policy = "tenant_isolation";
constexpr std::string_view projector_policy = "projector_writes";

bool first_fits(char each) { return (each >= 'a' && each <= 'z') || each == '_'; }
bool fits(char each) { return first_fits(each) || (each >= '0' && each <= '9'); }

}  // namespace

std::expected<identifier, std::string> identifier::parse(std::string_view text) {
    if (text.empty()) return std::unexpected("a name is not empty");
    if (text.size() > bytes_max) return std::unexpected("a name has at most 63 bytes");
    if (!first_fits(text.front()))
        return std::unexpected("a name begins with a-z or an underscore");
    for (const char each : text)
        if (!fits(each)) return std::unexpected("a name consists of a-z, 0-9 and underscores");
    return identifier(text);
}

std::string enable_row_security(const identifier& table) {
    return fmt::format(
        "ALTER TABLE {0} ENABLE ROW LEVEL SECURITY;\n"
        "ALTER TABLE {0} FORCE ROW LEVEL SECURITY;\n",
        table.quoted());
}

std::string disable_row_security(const identifier& table) {
    return fmt::format(
        "ALTER TABLE {0} NO FORCE ROW LEVEL SECURITY;\n"
        "ALTER TABLE {0} DISABLE ROW LEVEL SECURITY;\n",
        table.quoted());
}

// The scalar sub-select is evaluated once a statement, not once a row.
std::string create_tenant_policy(const identifier& table, const identifier& column) {
    const auto same = fmt::format(
        "{} = (SELECT nullif(current_setting('app.current_tenant', true), ''))", column.quoted());
    return fmt::format("CREATE POLICY {} ON {} FOR ALL\n    USING ({})\n    WITH CHECK ({});\n",
                       isolation_policy, table.quoted(), same, same);
}

std::string create_projector_policy(const identifier& table, const identifier& projector) {
    return fmt::format("CREATE POLICY {} ON {} FOR ALL TO {} USING (true) WITH CHECK (true);\n",
                       projector_policy, table.quoted(), projector.quoted());
}

std::string drop_policies(const identifier& table) {
    return fmt::format("DROP POLICY IF EXISTS {1} ON {0};\nDROP POLICY IF EXISTS {2} ON {0};\n",
                       table.quoted(), isolation_policy, projector_policy);
}

isolation_gap isolation_gap::from(const row& found) {
    return isolation_gap{found.get<std::string>(0), found.get<std::string>(1),
                         found.get<std::string>(2)};
}

const statement find_isolation_gaps(R"sql(
WITH app AS (
    SELECT oid, rolsuper, rolbypassrls FROM pg_roles WHERE rolname = $1::text::name
), tenant_table AS (
    SELECT c.oid, c.relowner, c.relrowsecurity, c.relforcerowsecurity,
           n.nspname || '.' || c.relname AS name
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'p') AND n.nspname NOT IN ('pg_catalog', 'information_schema')
      AND EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'tenant_id'
                                               AND NOT a.attisdropped)
), policy AS (
    SELECT p.polrelid, p.polname, p.polpermissive, t.name || ' ' || p.polname AS name,
           coalesce(pg_get_expr(p.polqual, p.polrelid), '') AS using_text,
           coalesce(pg_get_expr(p.polwithcheck, p.polrelid), '') AS check_text
    FROM pg_policy p JOIN tenant_table t ON t.oid = p.polrelid
    WHERE EXISTS (SELECT FROM unnest(p.polroles) r, app
                  WHERE r = 0 OR r = app.oid OR pg_has_role(app.oid, r, 'USAGE'))
)
SELECT 'no_such_role', $1::text, 'The role does not exist: nothing can be said about it.'
WHERE NOT EXISTS (SELECT FROM app)
UNION ALL
SELECT 'role_bypasses', $1::text, 'Row security does not apply to a superuser or under BYPASSRLS.'
FROM app WHERE rolsuper OR rolbypassrls
UNION ALL
SELECT 'role_owns', t.name, 'An owner can switch row security off: let the migrator own it.'
FROM tenant_table t, app WHERE t.relowner = app.oid
UNION ALL
SELECT 'not_enabled', name, 'Every role reads all tenants: ENABLE ROW LEVEL SECURITY.'
FROM tenant_table WHERE NOT relrowsecurity
UNION ALL
SELECT 'not_forced', name, 'Its owner reads all tenants: FORCE ROW LEVEL SECURITY.'
FROM tenant_table WHERE relrowsecurity AND NOT relforcerowsecurity
UNION ALL
SELECT 'no_policy', t.name, 'No policy applies to the role: it sees no row at all.'
FROM tenant_table t
WHERE t.relrowsecurity AND NOT EXISTS (SELECT FROM policy p WHERE p.polrelid = t.oid)
UNION ALL
SELECT 'always_true', p.name, 'A constant-true policy opens every tenant to the role.'
FROM policy p WHERE p.polpermissive AND 'true' IN (p.using_text, p.check_text)
UNION ALL
SELECT 'widened', p.name, 'Permissive policies are ORed: keep one FOR ALL, make others RESTRICTIVE.'
FROM policy p
WHERE p.polpermissive AND p.polname <> (SELECT min(q.polname) FROM policy q
                                        WHERE q.polrelid = p.polrelid AND q.polpermissive)
UNION ALL
SELECT 'per_row', p.name, 'The setting is read for every row: put it into a scalar sub-select.'
FROM policy p
WHERE p.using_text || p.check_text LIKE '%current_setting(%'
  AND p.using_text || p.check_text NOT LIKE '%SELECT%current_setting(%'
UNION ALL
SELECT DISTINCT 'view_of_owner', n.nspname || '.' || v.relname,
       'The view reads as its owner, past row security: WITH (security_invoker = true).'
FROM pg_depend d
JOIN pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_rewrite'::regclass
JOIN pg_class v ON v.oid = r.ev_class AND v.relkind = 'v'
JOIN pg_namespace n ON n.oid = v.relnamespace
JOIN tenant_table t ON t.oid = d.refobjid AND d.refclassid = 'pg_class'::regclass
WHERE NOT coalesce((SELECT o.option_value::boolean FROM pg_options_to_table(v.reloptions) o
                    WHERE o.option_name = 'security_invoker'), false)
UNION ALL
SELECT 'unsafe_definer', n.nspname || '.' || f.proname,
       'A SECURITY DEFINER function without a fixed search_path can be tricked by its caller.'
FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace
WHERE f.prosecdef AND n.nspname NOT IN ('pg_catalog', 'information_schema')
  AND NOT EXISTS (SELECT FROM unnest(f.proconfig) c WHERE c LIKE 'search_path=%')
ORDER BY 1, 2
)sql");

}  // namespace headroom::persistence
