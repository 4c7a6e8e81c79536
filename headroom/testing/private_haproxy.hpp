// testing/private_haproxy.hpp: an HAProxy of the test's own, on ports of the loopback.
#pragma once
#include <string>
#include <vector>

#include "headroom/testing/server_process.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::testing {

class private_haproxy {
public:
    /// `sections`: its frontends and backends, in `mode http` with bounded times; what a `log` line
    /// of theirs writes to stdout is in log(). Returns once all ports are listened on.
    private_haproxy(const std::string& sections, const std::vector<unsigned short>& ports);
    ~private_haproxy();
    private_haproxy(const private_haproxy&) = delete;
    private_haproxy& operator=(const private_haproxy&) = delete;

    std::string log() const { return process_.log(); }

private:
    const temp_directory in_;
    server_process process_{in_, "haproxy"};
};

}  // namespace headroom::testing
