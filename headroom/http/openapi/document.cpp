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

audience audience_of(const route_name& of, const description& as) {
    return as.needs ? as.needs(of) : audience{};
}

json::array security(const audience& of, const description& as) {
    json::array ways;
    for (const auto& each : of.ways) {
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

/// What stands before a route answers too: the server when it is full, whoever looks at
/// credentials and rights, and who counts a client's requests.
void add_refusals(typed::operation& to, admission when, bool guarded, bool limits_rates) {
    if (guarded) {
        for (const unsigned status : {400U, 401U, 403U}) to.fails(status);
        for (const unsigned status : {400U, 401U}) to.carries(status, typed::challenge_field);
    }
    if (guarded || when != admission::always) to.fails(503);
    if (when == admission::always || !limits_rates) return;
    to.fails(429);
    for (const auto* field : {&typed::rate_limit_field, &typed::rate_policy_field}) {
        to.carries(*field);
        to.carries(429, *field);
    }
}

json::object described(const typed::api::entry& of, bool guarded, const description& as,
                       typed::schemas& types) {
    typed::operation made(types);
    add_refusals(made, of.is.when, guarded, as.limits_rates);
    of.describe(made, of.is.media);
    for (const unsigned status : of.is.problems) made.fails(status);
    if (of.verb == method::get) made.spares_who_knows();
    return std::move(made).done();
}

std::string sentences(const std::string& one, const std::string& other) {
    return one.empty() || other.empty() ? one + other : one + "\n\n" + other;
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
    const auto is = entry == nullptr ? typed::about{} : entry->is;
    const auto whom = audience_of(route, as);
    if (!is.tag.empty()) made["tags"] = json::array{is.tag};
    if (!is.summary.empty()) made["summary"] = is.summary;
    if (auto text = sentences(is.description, whom.text); !text.empty())
        made["description"] = text;
    auto rest = entry == nullptr ? untyped(route, types)
                                 : described(*entry, !whom.ways.empty(), as, types);
    made["security"] = security(whom, as);
    if (!whom.callers.empty())
        made["x-headroom-callers"] = json::array(whom.callers.begin(), whom.callers.end());
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
    json::object made{{"schemas", std::move(all)}, {"headers", types.fields()}};
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
