// testing/detail/listened_on.hpp: whether a server has begun to listen.
#pragma once

namespace headroom::testing::detail {

/// Somebody accepts connections on this port of 127.0.0.1.
bool is_listened_on(unsigned short port);

}  // namespace headroom::testing::detail
