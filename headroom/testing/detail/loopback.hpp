// testing/detail/loopback.hpp: the few socket calls of a proxy on this machine.
#pragma once
#include <optional>
#include <string>

namespace headroom::testing::detail {

/// A non-blocking listener on 127.0.0.1. Throws std::system_error.
int listen_on(unsigned short port);
/// The next client, non-blocking, or none.
std::optional<int> accept_from(int listener);
/// A non-blocking socket connected to `upstream`, the path of a unix socket or a port of
/// 127.0.0.1, or none when nobody listens there.
std::optional<int> connect_to(const std::string& upstream);
/// Closes a socket so that its peer sees a reset.
void reset(int socket);

}  // namespace headroom::testing::detail
