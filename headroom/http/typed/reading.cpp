#include "headroom/http/typed/reading.hpp"

#include <algorithm>
#include <boost/json.hpp>
#include <boost/system/errc.hpp>

#include "headroom/http/detail/grammar.hpp"
#include "headroom/http/detail/target.hpp"
#include "headroom/runtime/exact_json.hpp"

namespace headroom::http::typed {
namespace json = boost::json;
namespace {

std::string_view unquoted(std::string_view text) {
    if (text.size() >= 2 && text.starts_with('"') && text.ends_with('"'))
        return text.substr(1, text.size() - 2);
    return text;
}

void add_cookies(std::string_view field, std::string_view name, std::vector<std::string>& to) {
    while (!field.empty()) {
        const auto end = field.find(';');
        const auto pair = http::detail::trim(field.substr(0, end));
        field.remove_prefix(end == std::string_view::npos ? field.size() : end + 1);
        const auto equals = pair.find('=');
        if (equals != std::string_view::npos && pair.substr(0, equals) == name)
            to.emplace_back(unquoted(pair.substr(equals + 1)));
    }
}

std::vector<std::string> header_texts(const request& of, part in, std::string_view name) {
    std::vector<std::string> made;
    for (const auto& each : of.headers.all()) {
        if (!http::detail::equal_ignoring_case(each.name, in == part::cookie ? "Cookie" : name))
            continue;
        if (in == part::cookie) add_cookies(each.value, name, made);
        else made.emplace_back(each.value);
    }
    return made;
}

}  // namespace

const std::vector<reading::pair>& reading::query() {
    if (query_) return *query_;
    auto& made = query_.emplace();
    http::detail::for_each_pair(of.query, [&](std::string_view name, std::string_view text) {
        auto& read = made.emplace_back(http::detail::decode_form(name),
                                       http::detail::decode_form(text));
        read.clean = http::detail::is_clean_utf8(read.value);
    });
    return made;
}

std::vector<std::string> reading::texts(part in, std::string_view name) {
    if (in == part::path) return {of.parameter(name)};
    std::vector<std::string> made;
    const auto keep = [&](std::string text, bool clean) {
        if (clean) return made.push_back(std::move(text));
        found.add(place(place(in), name), "is not text");
    };
    if (in == part::query) {
        for (const auto& each : query())
            if (each.name == name) keep(each.value, each.clean);
    } else {
        for (auto& each : header_texts(of, in, name)) {
            const bool clean = http::detail::is_clean_utf8(each);
            keep(std::move(each), clean);
        }
    }
    return made;
}

const json::value* reading::body() {
    if (body_state_ == body_state::unread) read_body();
    return body_state_ == body_state::read ? &body_ : nullptr;
}

void reading::read_body() {
    body_state_ = body_state::refused;
    const auto type = of.headers.find("Content-Type");
    // A browser asks no preflight for a body without a type: any page could send it.
    const bool pages = !type && !of.body.empty() && of.headers.find("Origin");
    if (pages || (type && !of.body.empty() && !is_json(*type)))
        return found.refuse({415, "The body has to be application/json."});
    if (const auto coded = of.headers.find("Content-Encoding");
        coded && !http::detail::equal_ignoring_case(*coded, "identity"))
        return found.refuse({415, "The body must not be compressed."});
    if (of.body.empty()) {
        body_ = json::object(&memory_);
    } else {
        auto read = read_body_json(of.body, &memory_);
        if (!read) return found.refuse(std::move(read.error()));
        body_ = *std::move(read);
    }
    body_state_ = body_state::read;
}

std::expected<json::value, problem> read_body_json(std::string_view text,
                                                   json::storage_ptr memory) {
    json::error_code broken;
    auto read = read_exactly(
        text, {json_depth_max, repeated_names::refused, std::move(memory)}, broken);
    if (!broken) return read;
    if (broken == boost::system::errc::bad_message)
        return std::unexpected(problem{400, "An object of the body names a member twice."});
    return std::unexpected(problem{400, "The body is not JSON."});
}

bool is_json(std::string_view content_type) noexcept {
    const auto type = http::detail::trim(content_type.substr(0, content_type.find(';')));
    if (http::detail::equal_ignoring_case(type, "application/json")) return true;
    return type.size() > 5 &&
           http::detail::equal_ignoring_case(type.substr(type.size() - 5), "+json");
}

}  // namespace headroom::http::typed
