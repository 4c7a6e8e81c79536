// persistence/redis/script.hpp: Lua that the server runs as one step, sent once and then named.
//
//     const script take("return redis.call('decr', KEYS[1])");
//     const auto left = co_await take.run(shared, {{"stock"}}, {}, until);
//
// EVALSHA by the script's SHA-1, computed here; a server that does not know it (a restart, a
// failover, SCRIPT FLUSH) is sent the text by EVAL, once. A script declares the keys it touches.
#pragma once
#include <span>
#include <string>
#include <string_view>

#include "headroom/persistence/redis/connection.hpp"
#include "headroom/persistence/redis/mux.hpp"

namespace headroom::redis {

class script {
public:
    explicit script(std::string text);

    const std::string& text() const noexcept { return text_; }
    /// 40 hexadecimal digits.
    const std::string& sha1() const noexcept { return sha1_; }

    /// Keys are KEYS[1..], arguments ARGV[1..], copied before the first suspension; the script
    /// outlives the call. Throws as run() of what it runs on. A script is one command: with
    /// sending::once its fate is unknown after a lost connection.
    task<value> run(mux& on, std::span<const std::string_view> keys,
                    std::span<const std::string_view> arguments, deadline until,
                    sending how = sending::once) const;
    task<value> run(connection& on, std::span<const std::string_view> keys,
                    std::span<const std::string_view> arguments, deadline until) const;

    /// What run() sends first: for who puts it into a unit, and knows the server knows it.
    command by_name(std::span<const std::string_view> keys,
                    std::span<const std::string_view> arguments) const;

private:
    const std::string text_, sha1_;
};

}  // namespace headroom::redis
