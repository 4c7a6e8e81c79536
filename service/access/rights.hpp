// access/rights.hpp: who a caller is, and what that lets it do. Pure.
//
//     platform  role platform_admin, of an issuer that speaks for the platform: every tenant
//     admin     role admin: one tenant, its users, agents and configuration
//     member    any other user of a tenant
//     agent     a program of a tenant
#pragma once
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/auth/principal.hpp"

namespace headroom::service::access {

inline constexpr char platform_role[] = "platform_admin", admin_role[] = "admin",
                      agent_role[] = "agent";

enum class caller : unsigned {
    anybody = 1,     ///< no credential is looked at
    operations = 2,  ///< who is on this machine
    platform = 4,
    admin = 8,
    member = 16,
    agent = 32,
    self = 64,  ///< the user or the agent that the path names
};

/// A set of callers. Copyable value.
class callers {
public:
    constexpr callers() = default;
    constexpr callers(std::initializer_list<caller> of) {
        for (const auto each : of) add(each);
    }
    constexpr void add(caller each) { bits_ |= static_cast<unsigned>(each); }
    constexpr bool has(caller each) const { return (bits_ & static_cast<unsigned>(each)) != 0; }
    constexpr bool meets(callers other) const { return (bits_ & other.bits_) != 0; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool operator==(const callers&) const = default;

private:
    unsigned bits_ = 0;
};

/// What its roles make of a principal. `of_platform`: whoever vouches for it may give roles beyond
/// a tenant. Without a tenant and that role it is nothing.
callers callers_of(const auth::principal& who, bool of_platform);

/// One request, as far as rights go.
struct attempt {
    callers by;
    std::string_view own_tenant;             ///< the principal's; empty where it has none
    std::optional<std::string> path_tenant;  ///< {tenant}
    std::optional<std::string> said_tenant;  ///< X-Tenant-ID
};

enum class verdict {
    let_in,
    no_rights,      ///< neither tenant nor platform: the credential is of no use here
    other_tenant,   ///< of the path, or of X-Tenant-ID
    not_for_you,    ///< another role is needed
};
std::string_view to_string(verdict of) noexcept;

/// `may`: those the route is for.
verdict judge(callers may, const attempt& of);

}  // namespace headroom::service::access
