#include "service/tenancy/fold.hpp"

#include <array>
#include <boost/json.hpp>
#include <functional>
#include <map>

#include "headroom/eventsourcing/exact_json.hpp"
#include "service/storable_json.hpp"

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
        if (what.metadata) to.metadata.push_back(*what.metadata);
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
    void operator()(const metadata_updated& what) const { to.metadata.push_back(what.metadata); }
    void operator()(const data_deleted& what) const { to.deleted.push_back(what.category); }
};

using bytes_by_name = std::map<std::string, std::size_t, std::less<>>;

// What is no object was never merged: events of other programs are read as well.
void merge(const json_text& what, bytes_by_name& into) {
    boost::json::error_code broken;
    const auto members = eventsourcing::parse_exactly(what.text, broken);
    if (broken || !members.is_object()) return;
    for (const auto& each : members.get_object())
        into[std::string(each.key())] = each.key().size() + stored_bytes(each.value());
}

}  // namespace

std::string_view to_string(status of) noexcept { return names[static_cast<std::size_t>(of)]; }

std::optional<status> parse_status(std::string_view text) noexcept {
    for (std::size_t i = 1; i < names.size(); ++i)
        if (names[i] == text) return static_cast<status>(i);
    return std::nullopt;
}

std::size_t metadata_bytes(const tenant& of) {
    bytes_by_name merged;
    for (const auto& each : of.metadata) merge(each, merged);
    std::size_t bytes = 0;
    for (const auto& [name, taken] : merged) bytes += taken;
    return bytes;
}

tenant tenants::fold(tenant before, const event& what) {
    std::visit(apply{before}, what);
    return before;
}

}  // namespace headroom::service::tenancy
