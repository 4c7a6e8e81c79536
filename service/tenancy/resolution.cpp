#include "service/tenancy/resolution.hpp"

#include <openssl/evp.h>

#include <array>
#include <boost/assert.hpp>
#include <boost/json.hpp>

#include "headroom/eventsourcing/exact_json.hpp"

namespace headroom::service::tenancy {
namespace json = boost::json;
namespace {

/// A configuration value, taken apart.
struct tagged {
    std::string type;
    json::value value;
};

std::optional<tagged> read(const std::optional<resolved_value>& from) {
    if (!from) return std::nullopt;
    json::error_code broken;
    const auto parsed = eventsourcing::parse_exactly(from->value, broken);
    const auto* object = broken ? nullptr : parsed.if_object();
    if (object == nullptr || !object->contains("value")) return std::nullopt;
    const auto* type = object->if_contains("type");
    if (type == nullptr || !type->is_string()) return std::nullopt;
    return tagged{std::string(type->get_string()), object->at("value")};
}

}  // namespace

std::string_view to_string(value_source of) noexcept {
    switch (of) {
        case value_source::tenant: return "tenant";
        case value_source::system_default: return "system_default";
        case value_source::binding: return "binding";
    }
    return "tenant";
}

std::optional<resolved_value> resolve(std::string_view key,
                                      const std::optional<std::string>& of_tenant,
                                      const system_defaults& defaults) {
    if (of_tenant) return resolved_value{std::string(key), *of_tenant, value_source::tenant};
    const auto found = defaults.find(key);
    if (found == defaults.end()) return std::nullopt;
    return resolved_value{std::string(key), found->second, value_source::system_default};
}

unsigned rollout_bucket(std::string_view feature, std::string_view tenant) {
    const auto text = std::string(feature) + ":" + std::string(tenant);
    std::array<unsigned char, 32> digest{};
    [[maybe_unused]] const int done =
        EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr);
    BOOST_ASSERT(done == 1);
    std::uint32_t first = 0;
    for (std::size_t i = 0; i < 4; ++i) first = first << 8 | digest[i];
    return first % 100;
}

feature_state state_of_feature(std::string_view feature, std::string_view tenant,
                               const std::optional<resolved_value>& value) {
    const auto found = read(value);
    if (!found) return {};
    if (found->type == "boolean") return {found->value.is_bool() && found->value.get_bool()};
    json::error_code broken;
    const auto share = found->value.to_number<double>(broken);
    if (found->type != "percentage" || broken) return {};
    const auto bucket = rollout_bucket(feature, tenant);
    return {bucket < share, bucket};
}

bool is_on(std::string_view feature, std::string_view tenant,
           const std::optional<resolved_value>& value) {
    return state_of_feature(feature, tenant, value).on;
}

outcome<void> require_feature(std::string_view feature, std::string_view tenant,
                              const std::optional<resolved_value>& value) {
    if (is_on(feature, tenant, value)) return {};
    return std::unexpected(domain_error{error_code::feature_disabled,
                                        "The feature is off for this tenant.",
                                        {{"feature", std::string(feature)}}});
}

outcome<allowance> require_room(std::string_view resource, std::int64_t current,
                                std::int64_t increment,
                                const std::optional<resolved_value>& limit) {
    BOOST_ASSERT(current >= 0 && increment >= 0);
    const auto found = read(limit);
    const bool limited = found && found->type == "integer" && found->value.is_int64();
    const auto most = limited ? found->value.get_int64() : unlimited;
    // Without a sum that could overflow.
    if (current > most || increment > most - current)
        return std::unexpected(domain_error{error_code::resource_limit_exceeded,
                                            "The tenant's limit is reached.",
                                            {{"resource", std::string(resource)},
                                             {"limit", std::to_string(most)},
                                             {"current", std::to_string(current)},
                                             {"requested", std::to_string(increment)}}});
    return allowance{most, most - current - increment};
}

std::string limit_key(std::string_view resource) { return "limit." + std::string(resource); }
std::string policy_key(std::string_view type) { return "policy." + std::string(type); }
std::string policy_key(std::string_view type, std::string_view bound_to) {
    return policy_key(type) + "." + std::string(bound_to);
}

outcome<resolved_value> resolve_policy(std::string_view type,
                                       const std::optional<std::string>& bound,
                                       const std::optional<std::string>& of_tenant,
                                       const system_defaults& defaults) {
    const auto key = policy_key(type);
    if (!defaults.contains(key))
        return std::unexpected(domain_error{error_code::validation_error,
                                            "There is no such type of policy.",
                                            {{"type", std::string(type)}}});
    if (bound) return resolved_value{key, *bound, value_source::binding};
    return resolve(key, of_tenant, defaults).value();
}

}  // namespace headroom::service::tenancy
