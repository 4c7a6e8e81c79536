// persistence/detail/lane_statement.hpp: what may be said on a shared connection.
#pragma once
#include <string_view>

namespace headroom::persistence::detail {

/// True for a text that begins as a statement which leaves nothing behind on its connection:
/// SELECT, INSERT, UPDATE, DELETE, MERGE, WITH, VALUES, TABLE, SHOW, EXPLAIN. A look at the first
/// word, to catch a programmer's mistake; it cannot see a set_config() that is not local.
bool fits_a_lane(std::string_view text) noexcept;

}  // namespace headroom::persistence::detail
