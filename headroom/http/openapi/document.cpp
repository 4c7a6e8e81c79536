#include "headroom/http/openapi/document.hpp"

#include <algorithm>
#include <boost/json.hpp>

#include "headroom/http/detail/grammar.hpp"

namespace headroom::http::openapi {
namespace json = boost::json;
namespace {

constexpr std::string_view problem_schema = R"({
    "type": "object",
    "description": "An error (RFC 9457). Further members tell its figures.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "instance": {"type": "string", "format": "uri-reference"},
        "request_id": {"type": "string"}
    },
    "required": ["type", "title", "status"]})";

constexpr std::string_view unprocessable_schema = R"({
    "description": "Everything that is wrong with a request.",
    "allOf": [{"$ref": "#/components/schemas/problem"}],
    "type": "object",
    "properties": {
        "status": {"const": 422},
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/fault"}},
        "not_listed": {
            "type": "integer", "minimum": 1,
            "description": "Faults beyond those in errors."
        }
    }})";

constexpr std::string_view fault_schema = R"({
    "type": "object",
    "properties": {
        "in": {"type": "string", "enum": ["path", "query", "header", "cookie", "body"]},
        "name": {"type": "string", "description": "Of the parameter."},
        "pointer": {
            "type": "string", "pattern": "^#(/.*)?$",
            "description": "A JSON Pointer as a fragment: into the body, or #/query/limit."
        },
        "detail": {"type": "string"}
    },
    "required": ["in", "pointer", "detail"],
    "additionalProperties": false})";

std::string lower_name(method of) {
    std::string name(to_string(of));
    std::ranges::transform(name, name.begin(), http::detail::lower);
    return name;
}

json::array security(const route_name& of, const description& as) {
    json::array ways;
    if (!as.needs) return ways;
    for (const auto& each : as.needs(of)) {
        BOOST_ASSERT_MSG(as.schemes.contains(each.scheme), "a route needs an unknown scheme");
        ways.push_back(json::object{{each.scheme, json::array(each.scopes.begin(),
                                                              each.scopes.end())}});
    }
    return ways;
}

/// What the router knows of a route without types.
json::object untyped(const route_name& of, typed::schemas& types) {
    typed::operation made(types);
    for (std::size_t nth = 0; nth < typed::path_names(of.path_template); ++nth)
        made.parameter(typed::part::path, typed::path_name(of.path_template, nth), true,
                       {{"type", "string"}});
    auto done = std::move(made).done();
    done["responses"].as_object()["2XX"] = {{"description", "An answer."}};
    return done;
}

json::object described(const typed::api::entry& of, bool guarded, typed::schemas& types) {
    typed::operation made(types);
    of.describe(made, of.is.media);
    for (const unsigned status : of.is.problems) made.fails(status);
    if (guarded)
        for (const unsigned status : {401U, 403U}) made.fails(status);
    return std::move(made).done();
}

const typed::api::entry* find(const typed::api& in, const route_name& of) {
    const auto at = std::ranges::find_if(in.entries(), [&](const typed::api::entry& each) {
        return each.verb == of.verb && each.path_template == of.path_template;
    });
    return at == in.entries().end() ? nullptr : &*at;
}

json::object operation_of(const route_name& route, const typed::api& in, const description& as,
                          typed::schemas& types) {
    json::object made{{"operationId", operation_id(route)}};
    const auto* entry = find(in, route);
    if (entry != nullptr) {
        if (!entry->is.tag.empty()) made["tags"] = json::array{entry->is.tag};
        if (!entry->is.summary.empty()) made["summary"] = entry->is.summary;
        if (!entry->is.description.empty()) made["description"] = entry->is.description;
    }
    auto ways = security(route, as);
    auto rest =
        entry == nullptr ? untyped(route, types) : described(*entry, !ways.empty(), types);
    made["security"] = std::move(ways);
    for (auto& each : rest) made[each.key()] = std::move(each.value());
    return made;
}

json::array tags(const typed::api& of) {
    json::array made;
    std::vector<std::string_view> seen;
    for (const auto& each : of.entries()) {
        if (each.is.tag.empty() || std::ranges::find(seen, each.is.tag) != seen.end()) continue;
        seen.push_back(each.is.tag);
        made.push_back(json::object{{"name", each.is.tag}});
    }
    return made;
}

json::object components(const typed::schemas& types, const description& as) {
    auto all = types.all();
    for (const auto& [name, text] : {std::pair("problem", problem_schema),
                                     {"unprocessable", unprocessable_schema},
                                     {"fault", fault_schema}}) {
        BOOST_ASSERT_MSG(!all.contains(name), "a type has the name of a problem's schema");
        all[name] = json::parse(text);
    }
    json::object made{{"schemas", std::move(all)}};
    json::object schemes;
    for (const auto& [name, scheme] : as.schemes) schemes[name] = scheme;
    if (!schemes.empty()) made["securitySchemes"] = std::move(schemes);
    return made;
}

}  // namespace

std::string operation_id(const route_name& of) {
    auto made = lower_name(of.verb);
    for (const char each : of.path_template) {
        if (std::isalnum(static_cast<unsigned char>(each)) != 0) made += each;
        else if (made.back() != '_' && each != '}') made += '_';
    }
    return made;
}

json::object document(const typed::api& of, const description& as) {
    typed::schemas types;
    json::object paths;
    for (const auto& route : of.plain().served()) {
        auto& path = paths[route.path_template];
        if (!path.is_object()) path = json::object();
        path.get_object()[lower_name(route.verb)] = operation_of(route, of, as, types);
    }
    json::object info{{"title", as.title}, {"version", as.version}};
    if (!as.text.empty()) info["description"] = as.text;
    return {{"openapi", "3.1.0"},
            {"info", std::move(info)},
            {"servers", json::array{json::object{{"url", "/"}}}},
            {"tags", tags(of)},
            {"paths", std::move(paths)},
            {"components", components(types, as)}};
}

}  // namespace headroom::http::openapi
