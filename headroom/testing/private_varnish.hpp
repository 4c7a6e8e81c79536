// testing/private_varnish.hpp: a Varnish of the test's own, on a port of the loopback.
#pragma once
#include <string>

#include "headroom/testing/server_process.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::testing {

class private_varnish {
public:
    /// `vcl`: its whole configuration. Returns once the port is listened on.
    private_varnish(const std::string& vcl, unsigned short port);
    ~private_varnish();
    private_varnish(const private_varnish&) = delete;
    private_varnish& operator=(const private_varnish&) = delete;

    std::string log() const { return process_.log(); }

private:
    const temp_directory in_;
    server_process process_{in_, "varnish"};
};

}  // namespace headroom::testing
