#include "headroom/testing/private_haproxy.hpp"

#include <signal.h>

#include <algorithm>

#include "headroom/testing/detail/listened_on.hpp"

namespace headroom::testing {
namespace {

constexpr const char* bounds =
    "global\n    maxconn 2000\n    nbthread 1\n"
    "defaults\n    mode http\n    timeout connect 5s\n    timeout client 30s\n"
    "    timeout server 30s\n    timeout http-request 10s\n    timeout http-keep-alive 10s\n";

}  // namespace

private_haproxy::private_haproxy(const std::string& sections,
                                 const std::vector<unsigned short>& ports) {
    const auto file = in_.write("haproxy.cfg", bounds + sections);
    give_to(server_user(), in_.path());
    process_.start(
        {.arguments = {find_server("haproxy", "HEADROOM_HAPROXY_BIN"), "-db", "-f", file}},
        [&] { return std::ranges::all_of(ports, detail::is_listened_on); });
}

private_haproxy::~private_haproxy() { process_.stop(SIGTERM); }

}  // namespace headroom::testing
