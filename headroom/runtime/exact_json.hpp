// runtime/exact_json.hpp: JSON whose numbers keep their value, and whose names may have to differ.
//
// Boost.JSON 1.81 reads a number of many digits only nearly, and of a name that comes twice the
// last value counts without a word. Here each number is the double nearest to its text, as
// std::from_chars finds it, and a repeated name can be refused.
#pragma once
#include <boost/json/error.hpp>
#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string_view>

namespace headroom {

enum class repeated_names {
    last_counts,
    refused,  ///< at any depth: boost::system::errc::bad_message
};

struct exact_json_rules {
    std::size_t depth_max = 32;  ///< of arrays and objects
    repeated_names names = repeated_names::last_counts;
    boost::json::storage_ptr memory{};  ///< of the value made
};

/// The document in `text`, strict RFC 8259 in UTF-8, one value and nothing after it; half a
/// surrogate pair is an error. A number beyond a double's range is an error (exponent_overflow);
/// one too small for it is 0. Takes memory in proportion to the text: bound that first.
boost::json::value read_exactly(std::string_view text, const exact_json_rules& rules,
                                boost::json::error_code& broken);

}  // namespace headroom
