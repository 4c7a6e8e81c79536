// service/operator_key_command.hpp: how the first who may make tenants comes to a credential.
#pragma once
#include <iosfwd>

#include "service/settings.hpp"

namespace headroom::service {

/// Prints a new API key, this once, and the entry of AUTH_OPERATOR_KEYS by which it is known: its
/// hash under HEADROOM_API_KEY_PEPPER, which verifies nothing without that. Opens nothing.
int make_operator_key(const settings& with, std::ostream& out, std::ostream& err);

}  // namespace headroom::service
