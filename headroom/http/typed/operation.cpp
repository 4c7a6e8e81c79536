#include "headroom/http/typed/operation.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <map>
#include <string>

#include "headroom/http/status.hpp"

namespace headroom::http::typed {
namespace json = boost::json;
namespace {

json::object content(std::string_view media, json::object schema) {
    return {{media, json::object{{"schema", std::move(schema)}}}};
}

json::object reference(std::string_view component) {
    return {{"$ref", "#/components/schemas/" + std::string(component)}};
}

/// By status, "default" last.
json::object in_order(json::object answers) {
    std::map<std::string, json::value> sorted;
    for (auto& each : answers) sorted.emplace(each.key(), std::move(each.value()));
    json::object made;
    for (auto& [status, answer] : sorted) made.emplace(status, std::move(answer));
    return made;
}

}  // namespace

void operation::parameter(part in, std::string_view name, bool required, json::object schema,
                          std::string_view description) {
    const bool known = std::ranges::any_of(parameters_, [&](const json::value& each) {
        return each.at("name").as_string() == name && each.at("in").as_string() == to_string(in);
    });
    if (known) return;
    json::object made{{"name", name}, {"in", to_string(in)}};
    if (!description.empty()) made["description"] = description;
    if (required) made["required"] = true;
    made["schema"] = std::move(schema);
    parameters_.push_back(std::move(made));
}

void operation::body(bool required, json::object schema) {
    body_ = {{"required", required}, {"content", content("application/json", std::move(schema))}};
    for (const unsigned status : {400U, 413U, 415U, 422U}) fails(status);
}

void operation::answers(unsigned status, json::object schema, std::string_view media) {
    responses_[std::to_string(status)] = {{"description", reason_phrase(status)},
                                          {"content", content(media, std::move(schema))}};
}

void operation::answers(unsigned status) {
    responses_[std::to_string(status)] = {{"description", reason_phrase(status)}};
}

void operation::fails(unsigned status) {
    responses_[std::to_string(status)] = {
        {"description", reason_phrase(status)},
        {"content", content("application/problem+json",
                            reference(status == 422 ? "unprocessable" : "problem"))}};
}

void operation::carries(unsigned status, const answer_field& what) {
    fields_.emplace_back(status, &what);
}

void operation::spares_who_knows() {
    const auto of_success = [](const auto& each) { return each.first == success; };
    const auto told = [&](const auto& each) {
        return of_success(each) && each.second == &etag_field;
    };
    if (std::ranges::none_of(fields_, told)) return;
    parameter(part::header, "If-None-Match", false, {{"type", "string"}},
              "The ETag of an earlier answer: 304 when it is still so.");
    answers(304);
    const auto all = fields_;
    for (const auto& [of, what] : all)
        if (of == success) carries(304, *what);
}

void operation::add_fields() {
    carries(429, retry_after_field);
    carries(503, retry_after_field);
    for (auto& each : responses_) {
        const std::string_view status = each.key();
        auto& made = each.value().as_object()["headers"].emplace_object();
        made[request_id_field.name] = types_.field(request_id_field);
        for (const auto& [of, what] : fields_)
            if (status == std::to_string(of) || (of == success && status.starts_with('2')))
                made[what->name] = types_.field(*what);
    }
}

json::object operation::done() && {
    json::object made;
    if (!parameters_.empty()) made["parameters"] = std::move(parameters_);
    if (!body_.empty()) made["requestBody"] = std::move(body_);
    responses_["default"] = {
        {"description", "Any other error."},
        {"content", content("application/problem+json", reference("problem"))}};
    add_fields();
    made["responses"] = in_order(std::move(responses_));
    return made;
}

}  // namespace headroom::http::typed
