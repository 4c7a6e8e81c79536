#include "headroom/auth/detail/issuer_list.hpp"

#include <boost/json/array.hpp>

#include "headroom/auth/detail/strict_object.hpp"

namespace headroom::auth::detail {
namespace {

namespace json = boost::json;

bool read_text(const json::value& from, std::string& to) {
    if (!from.is_string()) return false;
    to = from.get_string();
    return true;
}

bool read_texts(const json::value& from, std::vector<std::string>& to) {
    if (!from.is_array()) return false;
    to.clear();
    for (const auto& each : from.get_array()) {
        if (!each.is_string()) return false;
        to.emplace_back(each.get_string());
    }
    return true;
}

bool read_flag(const json::value& from, bool& to) {
    if (!from.is_bool()) return false;
    to = from.get_bool();
    return true;
}

bool read_member(std::string_view name, const json::value& from, issuer_settings& to) {
    auto& policy = to.policy;
    if (name == "audiences") return read_texts(from, policy.audiences);
    if (name == "tenants") return read_texts(from, policy.tenants);
    if (name == "any_tenant") return read_flag(from, to.any_tenant);
    if (name == "types") return read_texts(from, policy.types);
    if (name == "clients") return read_texts(from, policy.parties);
    if (name == "jwks_url") return read_text(from, to.keys_url);
    if (name == "tenant_claim") return read_text(from, policy.tenant_claim);
    if (name == "roles_claim") return read_text(from, policy.roles_claim);
    if (name == "scope_claim") return read_text(from, policy.scope_claim);
    return false;
}

}  // namespace

std::expected<std::vector<issuer_settings>, std::string> read_issuers(std::string_view text,
                                                                      const issuer_policy& usual) {
    const auto read = strict_object(text);
    if (!read) return std::unexpected("be a JSON object without a repeated name");
    std::vector<issuer_settings> made;
    for (const auto& [issuer, terms] : *read) {
        issuer_settings one{usual, "", false};
        one.policy.issuer = issuer;
        if (!terms.is_object()) return std::unexpected("give each issuer an object");
        for (const auto& [name, value] : terms.get_object())
            if (!read_member(name, value, one))
                return std::unexpected("not have the member " + std::string(name) +
                                       ", or not of that kind");
        made.push_back(std::move(one));
    }
    return made;
}

}  // namespace headroom::auth::detail
