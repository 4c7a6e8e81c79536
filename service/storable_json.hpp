// service/storable_json.hpp: an object of a client's choosing, checked before it becomes an event.
#pragma once
#include <boost/json/fwd.hpp>

#include "service/domain_error.hpp"

namespace headroom::service {

/// No text in it holds U+0000, which no text of PostgreSQL can.
bool is_storable(const boost::json::value& of);

/// As JSON text. An event with what is not storable could be recorded, but no projection could
/// write it: it and all that follows it in its stream would be parked.
outcome<std::string> storable_json(std::string field, const boost::json::object& all);

}  // namespace headroom::service
