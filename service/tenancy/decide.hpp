// tenancy/decide.hpp: what a command makes of a tenant. Pure.
//
// A transition into the state a tenant is in already is no event and no error; any other that the
// life cycle does not know is INVALID_STATE_TRANSITION.
#pragma once
#include "service/domain_error.hpp"
#include "service/tenancy/fold.hpp"

namespace headroom::service::tenancy {

/// 2 to 63 characters, groups of a-z and 0-9 joined by single hyphens: the tenant's id, which
/// appears in paths and scopes rows. One grammar everywhere.
outcome<std::string> check_slug(std::string_view text);

using decision = outcome<std::vector<event>>;

struct provision {
    std::string slug, name;  ///< checked
    std::optional<json_text> metadata;
};
decision decide(const tenant& now, const provision& command);

struct activate {
    std::string by;
};
decision decide(const tenant& now, const activate& command);

struct suspend {
    std::string reason;
    std::string category = "admin_action";  ///< or billing_hold, security_review, ...; free text
    std::string by{};
};
decision decide(const tenant& now, const suspend& command);

struct reactivate {
    std::string by;
};
decision decide(const tenant& now, const reactivate& command);

struct decommission {
    std::string reason, by;
};
decision decide(const tenant& now, const decommission& command);

/// Only of an active tenant. `value` is a checked configuration value.
struct configure {
    std::string key, value, by;
};
decision decide(const tenant& now, const configure& command);

/// Merged into the metadata there is. Only of an active tenant.
struct describe {
    json_text metadata;
    std::string by;
};
decision decide(const tenant& now, const describe& command);

/// A record that data were deleted, once for each category. Only of a decommissioned tenant.
struct record_deletion {
    std::string category;
    std::int64_t entities = 0;
    std::string by;
};
decision decide(const tenant& now, const record_deletion& command);

}  // namespace headroom::service::tenancy
