#include "headroom/testing/private_varnish.hpp"

#include <fmt/format.h>
#include <signal.h>

#include "headroom/testing/detail/listened_on.hpp"

namespace headroom::testing {

private_varnish::private_varnish(const std::string& vcl, unsigned short port) {
    const auto file = in_.write("test.vcl", vcl);
    give_to(server_user(), in_.path());
    process_.start({.arguments = {find_server("varnishd", "HEADROOM_VARNISH_BIN"), "-F", "-j",
                                  "none", "-a", fmt::format("127.0.0.1:{}", port), "-f", file,
                                  "-n", in_.file("work"), "-s", "malloc,16M"}},
                   [port] { return detail::is_listened_on(port); });
}

private_varnish::~private_varnish() { process_.stop(SIGTERM); }

}  // namespace headroom::testing
