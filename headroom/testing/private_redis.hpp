// testing/private_redis.hpp: a Redis of a test's own, real and disposable.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "headroom/testing/server_process.hpp"

namespace headroom::testing {

/// Listens on a unix socket and a loopback port; keeps nothing on disk.
class private_redis {
public:
    /// `settings`: e.g. {"maxclients", "20"}.
    explicit private_redis(std::map<std::string, std::string> settings = {});
    ~private_redis() { stop(); }
    private_redis(const private_redis&) = delete;
    private_redis& operator=(const private_redis&) = delete;

    void start();
    void stop();
    void crash() { process_.crash(); }
    void freeze() const { process_.freeze(); }
    void thaw() const { process_.thaw(); }

    /// What the server answers to one command, as `redis-cli` prints it, errors included: a look
    /// from outside, by another client than ours. As the default user, over the socket.
    std::string ask(std::vector<std::string> words) const;

    std::string socket_file() const { return in_.file("redis.sock"); }
    unsigned short port() const noexcept { return port_; }
    std::string url(unsigned database = 0) const;
    pid_t pid() const { return process_.pid(); }
    std::string log() const { return process_.log(); }

private:
    const std::map<std::string, std::string> settings_;
    const temp_directory in_;
    const unsigned short port_ = free_port();
    server_process process_{in_, "redis"};
};

}  // namespace headroom::testing
