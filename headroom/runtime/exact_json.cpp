#include "headroom/runtime/exact_json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <boost/system/errc.hpp>
#include <charconv>
#include <cmath>
#include <string>

namespace headroom {
namespace json = boost::json;
namespace {

/// What the parser meets, put together as Boost.JSON's own parser does, except for doubles.
struct exact_handler {
    static constexpr std::size_t max_object_size = json::object::max_size();
    static constexpr std::size_t max_array_size = json::array::max_size();
    static constexpr std::size_t max_key_size = json::string::max_size();
    static constexpr std::size_t max_string_size = json::string::max_size();
    using error = json::error_code;

    json::value_stack built{};
    std::string digits;     // of a number that came in parts
    std::size_t names = 0;  // of all objects, repeated ones too

    bool on_document_begin(error&) { return true; }
    bool on_document_end(error&) { return true; }
    bool on_object_begin(error&) { return true; }
    bool on_object_end(std::size_t members, error&) {
        built.push_object(members);
        return true;
    }
    bool on_array_begin(error&) { return true; }
    bool on_array_end(std::size_t elements, error&) {
        built.push_array(elements);
        return true;
    }
    bool on_key_part(json::string_view part, std::size_t, error&) {
        built.push_chars(part);
        return true;
    }
    bool on_key(json::string_view rest, std::size_t, error&) {
        built.push_key(rest);
        ++names;
        return true;
    }
    bool on_string_part(json::string_view part, std::size_t, error&) {
        built.push_chars(part);
        return true;
    }
    bool on_string(json::string_view rest, std::size_t, error&) {
        built.push_string(rest);
        return true;
    }
    bool on_number_part(json::string_view part, error&) {
        digits += part;
        return true;
    }
    bool on_int64(std::int64_t value, json::string_view, error&) {
        digits.clear();
        built.push_int64(value);
        return true;
    }
    bool on_uint64(std::uint64_t value, json::string_view, error&) {
        digits.clear();
        built.push_uint64(value);
        return true;
    }
    bool on_double(double nearly, json::string_view rest, error& broken) {
        digits += rest;
        double exactly = 0;
        const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exactly);
        digits.clear();
        if (read.ec == std::errc::result_out_of_range && std::abs(nearly) > 1) {
            broken = json::error::exponent_overflow;
            return false;
        }
        built.push_double(exactly);
        return true;
    }
    bool on_bool(bool value, error&) {
        built.push_bool(value);
        return true;
    }
    bool on_null(error&) {
        built.push_null();
        return true;
    }
    bool on_comment_part(json::string_view, error&) { return true; }
    bool on_comment(json::string_view, error&) { return true; }
};

std::size_t members_in(const json::value& of) {
    std::size_t sum = 0;
    if (const auto* all = of.if_object())
        for (const auto& each : *all) sum += 1 + members_in(each.value());
    else if (const auto* list = of.if_array())
        for (const auto& each : *list) sum += members_in(each);
    return sum;
}

}  // namespace

json::value read_exactly(std::string_view text, const exact_json_rules& rules,
                         json::error_code& broken) {
    json::parse_options strict;
    strict.max_depth = rules.depth_max;
    json::basic_parser<exact_handler> parser(strict);
    auto& handler = parser.handler();
    handler.built.reset(rules.memory);
    const auto read = parser.write_some(false, text.data(), text.size(), broken);
    if (!broken && read < text.size()) broken = json::error::extra_data;
    if (broken) return json::value();
    auto made = handler.built.release();
    // What came twice was counted twice and is there once.
    if (rules.names == repeated_names::refused && members_in(made) != handler.names) {
        broken = boost::system::errc::make_error_code(boost::system::errc::bad_message);
        return json::value();
    }
    return made;
}

}  // namespace headroom
