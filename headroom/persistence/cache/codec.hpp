// persistence/cache/codec.hpp: values as bytes and back.
//
// A std::string is its own bytes; anything else is JSON, by boost::json's conversions: described
// structs (BOOST_DESCRIBE_STRUCT), containers, optionals, and what has a tag_invoke. A text that
// cannot be read, as another version of the program may have written it, is thrown, and is a miss.
#pragma once
#include <boost/json.hpp>
#include <string>
#include <string_view>

namespace headroom::cache {

template <class T>
struct codec {
    static std::string encode(const T& value) {
        return boost::json::serialize(boost::json::value_from(value));
    }
    static T decode(std::string_view body) {
        return boost::json::value_to<T>(boost::json::parse(body));
    }
};

template <>
struct codec<std::string> {
    static std::string encode(const std::string& value) { return value; }
    static std::string decode(std::string_view body) { return std::string(body); }
};

}  // namespace headroom::cache
