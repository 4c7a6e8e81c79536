#include "headroom/eventsourcing/exact_json.hpp"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <boost/system/system_error.hpp>
#include <charconv>
#include <cmath>
#include <string>

namespace headroom::eventsourcing {
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
    std::string digits;  // of a number that came in parts

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

}  // namespace

json::value parse_exactly(std::string_view text, json::error_code& broken,
                          std::size_t depth_max) {
    json::parse_options strict;
    strict.max_depth = depth_max;
    json::basic_parser<exact_handler> parser(strict);
    parser.handler().built.reset();
    const auto read = parser.write_some(false, text.data(), text.size(), broken);
    if (!broken && read < text.size()) broken = json::error::extra_data;
    return broken ? json::value() : parser.handler().built.release();
}

json::value parse_exactly(std::string_view text) {
    json::error_code broken;
    auto made = parse_exactly(text, broken);
    if (broken) throw boost::system::system_error(broken);
    return made;
}

}  // namespace headroom::eventsourcing
