// persistence/roles.hpp: may this role serve? Three roles, and what each must not be.
//
//   migrator   owns schema and tables; only `migrate` signs in as it
//   app        serves: no owner, no superuser, no BYPASSRLS, so that row security binds it
//   projector  writes read models of all tenants, by a policy of its own; no owner either
//
// A role that owns a table can switch its row security off, and one that belongs to the owner can
// become it; so both count as ownership.
#pragma once
#include <string>
#include <vector>

#include "headroom/persistence/connection.hpp"
#include "headroom/runtime/environment.hpp"

namespace headroom::persistence {

inline constexpr int owned_named_max = 5;  ///< tables a fault names
/// Whose policy lets every row pass: the group of the logins that write read models.
inline constexpr char projector_role[] = "headroom_projector";

/// A role as the server describes it to itself.
struct role_standing {
    std::string role;
    bool superuser = false, bypassrls = false, creates_roles = false;
    bool inherits_projector = false;  ///< has projector_role's rights without asking for them
    std::int64_t owned = 0;           ///< tables under row security, and headroom's own, it owns
    std::vector<std::string> tables;  ///< some of them, schema.name
};

/// What is wrong with serving as it, one sentence each. Faults end the start with exit 78.
struct role_judgement {
    std::vector<std::string> faults, warnings;
};

/// In production all of it is a fault; in the other profiles a warning, so that a developer can
/// start with one role.
role_judgement judge_role(const role_standing& of, profile in);

/// Reads the standing of the role that is signed in. Any role may ask.
task<role_standing> read_role_standing(connection& on, deadline until);

}  // namespace headroom::persistence
