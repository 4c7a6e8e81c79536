// testing/private_nginx.hpp: an nginx of the test's own, on ports of the loopback.
#pragma once
#include <string>
#include <vector>

#include "headroom/testing/server_process.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::testing {

class private_nginx {
public:
    /// `servers`: what stands in its `http` block. Returns once all ports are listened on.
    private_nginx(const std::string& servers, const std::vector<unsigned short>& ports);
    ~private_nginx();
    private_nginx(const private_nginx&) = delete;
    private_nginx& operator=(const private_nginx&) = delete;

    std::string log() const { return process_.log(); }

private:
    std::string configuration(const std::string& servers) const;

    const temp_directory in_;
    server_process process_{in_, "nginx"};
};

}  // namespace headroom::testing
