#include "service/access/tenant_gate.hpp"

#include "service/access/enforce_access.hpp"
#include "service/tenancy/fold.hpp"

namespace headroom::service::access {
namespace {

constexpr persistence::statement select_status("select status from tenants where slug = $1");

[[noreturn]] void refuse_tenant(const std::string& status) {
    auto why = auth::forbidden("The tenant is not active.", "tenant_not_active");
    why.error_code = "TENANT_SUSPENDED";
    if (status.empty()) {
        why.error_code = "TENANT_UNKNOWN";
        why.detail = "The principal's tenant is not known here.";
        why.reason = "tenant_unknown";
    }
    throw auth::denied(std::move(why));
}

}  // namespace

task<std::string> tenant_gate::status_of(persistence::tenant_id tenant, deadline until) const {
    if (auto known = kept_.tenants.find(tenant.text())) co_return *std::move(known);
    const auto ticket = kept_.tenants.ticket();
    const auto found =
        co_await over_.reads().optional<std::string>(select_status, until, tenant.text());
    kept_.tenants.put(tenant.text(), found.value_or(""), ticket);
    co_return found.value_or("");
}

task<http::response> tenant_gate::operator()(http::request& of, http::next onward) const {
    const auto* who = auth::find_principal(of);
    if (who == nullptr || !who->tenant || is_platform(with_, *who)) co_return co_await onward(of);
    const auto status = co_await status_of(*who->tenant, of.until);
    if (status != to_string(tenancy::status::active)) refuse_tenant(status);
    co_return co_await onward(of);
}

}  // namespace headroom::service::access
