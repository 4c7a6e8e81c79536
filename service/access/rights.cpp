#include "service/access/rights.hpp"

namespace headroom::service::access {

callers callers_of(const auth::principal& who, bool of_platform) {
    callers made;
    if (of_platform && who.has_role(platform_role)) made.add(caller::platform);
    if (!who.tenant) return made;
    if (who.has_role(admin_role)) made.add(caller::admin);
    made.add(who.kind == auth::principal_kind::agent ? caller::agent : caller::member);
    return made;
}

std::string_view to_string(verdict of) noexcept {
    switch (of) {
        case verdict::let_in: return "let_in";
        case verdict::no_rights: return "no_rights";
        case verdict::other_tenant: return "other_tenant";
        case verdict::not_for_you: return "not_for_you";
    }
    return "not_for_you";
}

verdict judge(callers may, const attempt& of) {
    if (of.by.empty()) return verdict::no_rights;
    const bool everywhere = of.by.has(caller::platform);
    if (!everywhere && of.path_tenant && *of.path_tenant != of.own_tenant)
        return verdict::other_tenant;
    const std::string_view meant = of.path_tenant ? *of.path_tenant : of.own_tenant;
    if (of.said_tenant && *of.said_tenant != meant) return verdict::other_tenant;
    return may.meets(of.by) ? verdict::let_in : verdict::not_for_you;
}

}  // namespace headroom::service::access
