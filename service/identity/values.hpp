// identity/values.hpp: what a subject, an address and an agent's type may look like. Checked once;
// what passes here fits its read model.
#pragma once
#include "service/domain_error.hpp"

namespace headroom::service::identity {

/// 1 to 255 bytes of printable ASCII (OpenID Connect Core 1.0, section 2: `sub`).
outcome<std::string> check_subject(std::string_view text);
/// The issuer's URL, 1 to 255 bytes of printable ASCII.
outcome<std::string> check_issuer(std::string_view text);
/// x@y.z, at most 255 bytes. Whether it exists is not ours to know.
outcome<std::string> check_email(std::string_view text);
/// 2 to 63 of a-z, 0-9, `_` and `-`, with a letter or digit at both ends.
outcome<std::string> check_agent_type(std::string_view text);

}  // namespace headroom::service::identity
