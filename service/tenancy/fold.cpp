#include "service/tenancy/fold.hpp"

#include <array>

namespace headroom::service::tenancy {
namespace {

constexpr std::array<std::string_view, 5> names{"", "PROVISIONING", "ACTIVE", "SUSPENDED",
                                                "DECOMMISSIONED"};

struct apply {
    tenant& to;

    void operator()(const provisioned& what) const {
        to.is = status::provisioning;
        to.id = what.tenant_id;
        to.name = what.name;
    }
    void operator()(const activated&) const { to.is = status::active; }
    void operator()(const suspended& what) const {
        to.is = status::suspended;
        to.reason = what.reason;
        to.category = what.category;
    }
    void operator()(const reactivated&) const {
        to.is = status::active;
        to.reason.clear();
        to.category.clear();
    }
    void operator()(const decommissioned&) const { to.is = status::decommissioned; }
    void operator()(const config_updated&) const {}
    void operator()(const metadata_updated&) const {}
    void operator()(const data_deleted& what) const { to.deleted.push_back(what.category); }
};

}  // namespace

std::string_view to_string(status of) noexcept { return names[static_cast<std::size_t>(of)]; }

std::optional<status> parse_status(std::string_view text) noexcept {
    for (std::size_t i = 1; i < names.size(); ++i)
        if (names[i] == text) return static_cast<status>(i);
    return std::nullopt;
}

tenant tenants::fold(tenant before, const event& what) {
    std::visit(apply{before}, what);
    return before;
}

}  // namespace headroom::service::tenancy
