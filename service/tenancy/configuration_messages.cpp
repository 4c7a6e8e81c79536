#include "service/tenancy/configuration_messages.hpp"

#include <boost/json.hpp>

namespace headroom::http::typed {
namespace {

constexpr std::string_view configuration_value_schema = R"({
    "type": "object",
    "description": "A value tagged by type, with optional bounds that it must keep itself.",
    "properties": {
        "type": {"type": "string",
                 "enum": ["boolean", "integer", "float", "string", "percentage", "enum"]},
        "value": {},
        "min": {"type": "number"},
        "max": {"type": "number"},
        "max_length": {"type": "integer", "minimum": 0},
        "allowed_values": {"type": "array", "minItems": 1, "maxItems": 256,
                           "items": {"type": "string"}}
    },
    "required": ["type", "value"],
    "additionalProperties": false})";

}  // namespace

std::optional<service::tenancy::configuration_value>
value<service::tenancy::configuration_value>::from_json(const boost::json::value& from,
                                                        const place& at, faults& found) {
    auto checked = service::tenancy::check_configuration_value(from);
    if (checked) return kind{*std::move(checked)};
    for (const auto& each : checked.error()) {
        if (each.pointer.empty()) found.add(at, each.text);
        else found.add(place(at, std::string_view(each.pointer).substr(1)), each.text);
    }
    return std::nullopt;
}

boost::json::object value<service::tenancy::configuration_value>::schema(schemas& into) {
    return into.component(typeid(kind), "configuration_value", [] {
        return boost::json::parse(configuration_value_schema).as_object();
    });
}

}  // namespace headroom::http::typed
