// tenancy/configuration_messages.hpp: what clients send about configuration and are told of it.
#pragma once
#include "service/arguments.hpp"
#include "service/tenancy/configuration_value.hpp"
#include "service/tenancy/resolution.hpp"

namespace headroom::service::tenancy {

BOOST_DESCRIBE_ENUM(value_source, tenant, system_default, binding)

/// A configuration key of the path: 404 for what is none.
template <typed::fixed_text Name>
struct key_in_path {
    std::string is;
};

/// A configuration value that was checked, as canonical JSON text.
struct configuration_value {
    std::string text;
};

struct entry_view {
    std::string key;
    boost::json::value value;
    value_source source{};
    std::optional<std::string> updated_by{};
    std::optional<persistence::timestamp> updated_at{};
};
BOOST_DESCRIBE_STRUCT(entry_view, (), (key, value, source, updated_by, updated_at))

struct entry_page {
    std::vector<entry_view> items;
    std::optional<std::string> next;  ///< the `after` of the following page
};
BOOST_DESCRIBE_STRUCT(entry_page, (), (items, next))

/// No source: there is no value, and the feature is off.
struct feature_view {
    std::string feature;
    bool enabled = false;
    typed::nullable<value_source> source;
    std::optional<unsigned> bucket;
};
BOOST_DESCRIBE_STRUCT(feature_view, (), (feature, enabled, source, bucket))

/// No source: there is no value, and nothing is limited.
struct limit_view {
    std::string resource;
    std::int64_t limit = 0, remaining = 0;
    typed::nullable<value_source> source;
};
BOOST_DESCRIBE_STRUCT(limit_view, (), (resource, limit, remaining, source))

struct policy_view {
    std::string type;
    boost::json::value value;
    value_source source{};
};
BOOST_DESCRIBE_STRUCT(policy_view, (), (type, value, source))

}  // namespace headroom::service::tenancy

namespace headroom::http::typed {

template <>
struct value<service::tenancy::configuration_value> {
    using kind = service::tenancy::configuration_value;
    static std::optional<kind> from_json(const boost::json::value& from, const place& at,
                                         faults& found);
    static boost::json::object schema(schemas& into);
};

template <fixed_text Name>
struct argument<service::tenancy::key_in_path<Name>> {
    static constexpr std::string_view path_parameter = Name.view();
    static constexpr bool reads_body = false;
    static std::optional<service::tenancy::key_in_path<Name>> read(reading& from) {
        const auto& key = from.of.parameter(Name.view());
        if (service::tenancy::is_configuration_key(key))
            return service::tenancy::key_in_path<Name>{key};
        from.found.refuse({404, "There is no such key."});
        return std::nullopt;
    }
    static void describe(operation& to) {
        to.parameter(part::path, Name.view(), true,
                     {{"type", "string"},
                      {"pattern", "^[a-z0-9][a-z0-9._-]*$"},
                      {"maxLength", service::tenancy::key_length_max}});
        to.fails(404);
    }
};

}  // namespace headroom::http::typed
