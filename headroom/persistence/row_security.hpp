// persistence/row_security.hpp: the rules that keep tenants apart, as DDL, and a look for gaps.
//
// PostgreSQL checks every row of a tenant table against app.current_tenant. The owner is subject to
// that only under FORCE, a view only with security_invoker, and a second permissive policy widens
// the first: the builders write what is needed, the lint finds where it is not.
//
// Row security is no defence against injected SQL, which can change the setting; statements are
// constants and values are parameters for that.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/persistence/rows.hpp"
#include "headroom/persistence/statement.hpp"

namespace headroom::persistence {

/// A name of a table, a column or a role: `[a-z_][a-z0-9_]*`, at most 63 bytes. DDL takes no
/// parameters, so this is the only thing that is ever written into a text of ours.
class identifier {
public:
    static constexpr std::size_t bytes_max = 63;

    /// The error says what is wrong, without quoting the text.
    static std::expected<identifier, std::string> parse(std::string_view text);

    /// In double quotes: reserved words are names too.
    std::string quoted() const { return '"' + text_ + '"'; }
    const std::string& text() const noexcept { return text_; }

private:
    explicit identifier(std::string_view checked) : text_(checked) {}
    std::string text_;
};

/// Switches row security on, for the table's owner too.
std::string enable_row_security(const identifier& table);
std::string disable_row_security(const identifier& table);

/// One policy for reading and writing: `column` (text) equals the tenant of the transaction. With
/// no tenant set nothing is visible and nothing can be written.
std::string create_tenant_policy(const identifier& table, const identifier& column);
/// Lets the projector role, and no other, read and write rows of every tenant.
std::string create_projector_policy(const identifier& table, const identifier& projector);
std::string drop_policies(const identifier& table);

/// One gap in the isolation of tenants.
struct isolation_gap {
    std::string rule;    ///< "not_enabled", "not_forced", "no_policy", "view_of_owner", ...
    std::string object;  ///< schema.name, or schema.table policy
    std::string detail;  ///< one sentence: what it means and what to do

    static isolation_gap from(const row& found);
};

/// Looks through the catalogue for gaps as they concern the role $1 (the app role's name), with
/// any role; read the answer with all<isolation_gap>(). Tables are those with a column tenant_id.
extern const statement find_isolation_gaps;

}  // namespace headroom::persistence
