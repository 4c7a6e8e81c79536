// access/tenant_gate.hpp: nobody works for a tenant that is not active.
#pragma once
#include "headroom/auth/request_principal.hpp"
#include "headroom/auth/settings.hpp"
#include "headroom/http/router.hpp"
#include "headroom/persistence/lanes.hpp"
#include "service/access/memory.hpp"

namespace headroom::service::access {

/// Behind enforce_access. A principal of a tenant that is suspended, decommissioned, not active yet
/// or unknown is refused with 403; who works for the platform is let in, as somebody has to bring
/// the tenant back. When the status cannot be read nobody is let in: the failure is the request's.
class tenant_gate {
public:
    /// All of it outlives the router.
    tenant_gate(const auth::settings& with, const persistence::lanes& over, memory& kept)
        : with_(with), over_(over), kept_(kept) {}
    task<http::response> operator()(http::request& of, http::next onward) const;

private:
    task<std::string> status_of(persistence::tenant_id tenant, deadline until) const;

    const auth::settings& with_;
    const persistence::lanes& over_;
    memory& kept_;
};

}  // namespace headroom::service::access
