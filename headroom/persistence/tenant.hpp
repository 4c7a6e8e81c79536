// persistence/tenant.hpp: on behalf of which tenant a statement runs.
//
// Every tenant-scoped call takes a tenant_id by value or reference. There is no empty one, so a
// missing tenant is a fault where the request is read and never an empty result further down.
#pragma once
#include <compare>
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "headroom/persistence/statement.hpp"

namespace headroom::persistence {

enum class tenant_fault {
    missing,    ///< no text at all
    too_long,   ///< more than tenant_id::bytes_max
    malformed,  ///< not groups of a-z and 0-9 joined by single hyphens
};

std::string_view to_string(tenant_fault fault) noexcept;

/// A checked tenant: `[a-z0-9]+(-[a-z0-9]+)*`, at most 63 bytes. Copyable value.
class tenant_id {
public:
    static constexpr std::size_t bytes_max = 63;

    static std::expected<tenant_id, tenant_fault> parse(std::string_view text);

    const std::string& text() const noexcept { return text_; }
    auto operator<=>(const tenant_id&) const noexcept = default;

private:
    explicit tenant_id(std::string_view checked) : text_(checked) {}
    std::string text_;
};

/// Sets the tenant $1 until the end of the transaction: under the same Sync as the statement it
/// scopes, or inside a transaction. Afterwards the setting is '' on that connection, not NULL.
inline constexpr statement scope_to_tenant("SELECT set_config('app.current_tenant', $1, true)");

}  // namespace headroom::persistence
