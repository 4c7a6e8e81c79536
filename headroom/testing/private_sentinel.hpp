// testing/private_sentinel.hpp: a Redis Sentinel of a test's own, real and disposable.
#pragma once
#include <string>

#include "headroom/testing/server_process.hpp"

namespace headroom::testing {

/// Watches one primary on the loopback interface and makes a replica the primary half a second
/// after it went; a quorum of one, so that a test needs no more than one of them.
class private_sentinel {
public:
    /// `port`: the primary's.
    private_sentinel(const std::string& master, unsigned short port);
    ~private_sentinel() { stop(); }
    private_sentinel(const private_sentinel&) = delete;
    private_sentinel& operator=(const private_sentinel&) = delete;

    void stop();
    void freeze() const { process_.freeze(); }
    void thaw() const { process_.thaw(); }
    unsigned short port() const noexcept { return port_; }
    std::string log() const { return process_.log(); }
    /// As private_redis::ask().
    std::string ask(std::vector<std::string> words) const;

private:
    const temp_directory in_;
    const unsigned short port_ = free_port();
    server_process process_{in_, "sentinel"};
};

}  // namespace headroom::testing
