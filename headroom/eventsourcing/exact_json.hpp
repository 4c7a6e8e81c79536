// eventsourcing/exact_json.hpp: JSON whose numbers keep their value.
//
// A state is read, changed and written again many times in its life: by upcasters, by read models,
// by the answers of an API. A number that is read only nearly would move a little further with each
// such round; here it stays the double nearest to its text (runtime/exact_json.hpp).
#pragma once
#include <boost/json/error.hpp>
#include <boost/json/value.hpp>
#include <cstddef>
#include <string_view>

#include "headroom/eventsourcing/event.hpp"

namespace headroom::eventsourcing {

/// The document in `text`, strict RFC 8259, one value and nothing after it. A number beyond a
/// double's range is an error (exponent_overflow); one too small for it is 0. Takes memory in
/// proportion to the text: bound that first.
boost::json::value parse_exactly(std::string_view text, boost::json::error_code& broken,
                                 std::size_t depth_max = state_depth_max);
/// Throws boost::system::system_error: for text that was checked before.
boost::json::value parse_exactly(std::string_view text);

}  // namespace headroom::eventsourcing
