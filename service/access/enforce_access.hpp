// access/enforce_access.hpp: nobody comes further whom the table does not let in.
#pragma once
#include "headroom/auth/request_principal.hpp"
#include "headroom/auth/settings.hpp"
#include "headroom/http/router.hpp"
#include "service/access/table.hpp"

namespace headroom::service::access {

inline constexpr char tenant_header[] = "X-Tenant-ID";

/// Behind authentication. Without a principal 401, on paths that are not served too, but not on
/// those that stand open; with one whose tenant or role is another, 403. Throws auth::denied.
class enforce_access {
public:
    /// `with` outlives the router. `knows_locals`: who asks on this machine by its own name needs
    /// no credential for what is for people on call.
    enforce_access(const auth::settings& with, bool knows_locals)
        : with_(with), knows_locals_(knows_locals) {}
    task<http::response> operator()(http::request& of, http::next onward) const;

private:
    void check(const http::request& of) const;
    callers who_asks(const http::request& of, const auth::principal& who) const;

    const auth::settings& with_;
    const bool knows_locals_;
    const std::vector<std::string> open_ = open_routes();
};

/// Whether the principal may act for every tenant.
bool is_platform(const auth::settings& with, const auth::principal& who);

}  // namespace headroom::service::access
