// http/client/address_scope.hpp: which numeric addresses a request may go to.
#pragma once
#include <string_view>

namespace headroom::http {

/// How far a request may reach. A URL that came with somebody's data is `everywhere_else`: else it
/// could name a service of this machine or of its network (server-side request forgery).
enum class reach {
    anywhere,
    everywhere_else,  ///< only addresses that are routed on the public internet
};

/// Is the numeric address one of the public internet? By the IANA special-purpose registries (RFC
/// 6890): loopback, private, link-local (so a cloud's 169.254.169.254), shared (100.64/10),
/// benchmarking, documentation, multicast and reserved ones are not, nor what is mapped or
/// translated to one of them (::ffff:0:0/96, 64:ff9b::/96, 2002::/16). Anything else than a numeric
/// address is not.
bool is_public_address(std::string_view numeric);

/// "localhost", or a numeric loopback address.
bool is_own_machine(std::string_view host);

}  // namespace headroom::http
