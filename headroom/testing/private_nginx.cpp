#include "headroom/testing/private_nginx.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "headroom/testing/detail/listened_on.hpp"

namespace headroom::testing {

private_nginx::private_nginx(const std::string& servers, const std::vector<unsigned short>& ports) {
    const auto file = in_.write("nginx.conf", configuration(servers));
    give_to(server_user(), in_.path());
    process_.start({.arguments = {find_server("nginx", "HEADROOM_NGINX_BIN"), "-c", file, "-e",
                                  "stderr", "-p", in_.path()}},
                   [&] { return std::ranges::all_of(ports, detail::is_listened_on); });
}

private_nginx::~private_nginx() { process_.stop(SIGTERM); }

std::string private_nginx::configuration(const std::string& servers) const {
    std::string made = "daemon off; master_process off; error_log stderr; events {}\n";
    made += fmt::format("pid {};\nhttp {{\naccess_log off;\n", in_.file("nginx.id"));
    for (const auto* each : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"})
        made += fmt::format("{}_temp_path {};\n", each, in_.file(each));
    return made + servers + "}\n";
}

}  // namespace headroom::testing
