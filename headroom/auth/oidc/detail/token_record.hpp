// auth/oidc/detail/token_record.hpp: issued tokens as a text to seal.
#pragma once
#include <boost/json/object.hpp>
#include <optional>

#include "headroom/auth/oidc/token_answer.hpp"

namespace headroom::auth::detail {

/// `issued`: when they were, by the wall clock: what is left of their life is reckoned from that.
boost::json::object to_record(const token_set& of, wall_time issued);
/// Nothing when it is no such record.
std::optional<token_set> from_record(const boost::json::object& of, wall_time now);

/// The text of an object, wiped where it was put together.
secret to_text(const boost::json::object& of);

}  // namespace headroom::auth::detail
