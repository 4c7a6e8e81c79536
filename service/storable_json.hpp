// service/storable_json.hpp: an object of a client's choosing, checked before it becomes an event.
#pragma once
#include <boost/json/fwd.hpp>

#include "service/domain_error.hpp"

namespace headroom::service {

/// Of one object that is kept: a page of the API has hundreds of them.
inline constexpr std::size_t storable_bytes_max = 64 * 1024;

/// No less than it takes as PostgreSQL writes it, with all digits of its numbers: 1e308 has 309.
std::size_t stored_bytes(const boost::json::value& of);

/// No text in it holds U+0000, which no text of PostgreSQL can.
bool is_storable(const boost::json::value& of);

/// As JSON text, of storable_bytes_max at most. An event with what is not storable could be
/// recorded, but no projection could write it: it and all that follows it in its stream would be
/// parked.
outcome<std::string> storable_json(std::string field, const boost::json::object& all);

}  // namespace headroom::service
