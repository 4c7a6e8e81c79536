// persistence/redis/detail/overdue.hpp: looks for clients whose end was asked for and not seen.
#pragma once
#include <string>
#include <vector>

#include "headroom/persistence/redis/connection.hpp"

namespace headroom::redis::detail {

/// Ends what the closing room of `home` has waited for longer than a second, of the server `on` is
/// connected to: one that CLIENT LIST does not show, or shows with another's name, is no more.
/// Throws as connection::run does.
task<void> end_overdue_clients(reactor& home, connection& on, deadline until);

/// A failover made another server the one whose limit the ledger keeps: sockets to the former ones
/// that nobody will hear of any more are no clients of it.
void forget_former_servers(reactor& home, const std::vector<std::string>& former,
                           const std::string& now);

}  // namespace headroom::redis::detail
