// persistence/redis/detail/sign_in.hpp: the first words of a connection, and what they tell. Pure.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "headroom/persistence/redis/command.hpp"
#include "headroom/persistence/redis/connect_info.hpp"
#include "headroom/persistence/redis/connection.hpp"
#include "headroom/persistence/redis/value.hpp"

namespace headroom::redis::detail {

/// What the server said of itself and of us.
struct signed_in {
    std::int64_t client_id = 0;
    std::string version;
    std::vector<std::string> notes;
    bool on_spare = false;  ///< connect_info::database was refused
};

/// HELLO 3 with AUTH and SETNAME, SELECT, CLIENT NO-EVICT and PING, as far as they are needed: one
/// write, one round trip.
std::vector<command> sign_in_commands(const connect_info& to, const connection_options& with);

/// Throws server_error when the server refuses, connection_lost when it is a replica and
/// connection_options::needs_primary.
signed_in read_sign_in(const connect_info& to, std::span<const command> asked,
                       std::span<const value> answers, const connection_options& with);

}  // namespace headroom::redis::detail
