#include "headroom/testing/private_pgbouncer.hpp"

#include <fmt/format.h>
#include <signal.h>

namespace headroom::testing {

private_pgbouncer::private_pgbouncer(const private_postgres& server,
                                     std::map<std::string, std::string> settings) {
    in_.write("users.txt", "\"postgres\" \"\"\n");
    in_.write("pgbouncer.ini", configuration(server, std::move(settings)));
    give_to(server_user(), in_.path());
    start();
}

std::string private_pgbouncer::configuration(const private_postgres& server,
                                             std::map<std::string, std::string> settings) const {
    settings.insert({{"listen_addr", "127.0.0.1"},
                     {"listen_port", std::to_string(port_)},
                     {"unix_socket_dir", in_.path()},
                     {"auth_type", "trust"},
                     {"auth_file", in_.file("users.txt")},
                     {"auth_user", "postgres"},
                     {"pool_mode", "transaction"},
                     {"max_client_conn", "1000"},
                     {"server_login_retry", "0.1"},
                     {"ignore_startup_parameters", "extra_float_digits,options"}});
    auto text = fmt::format("[databases]\n* = host={} port={} auth_user=postgres\n[pgbouncer]\n",
                            server.socket_directory(), server.port());
    for (const auto& [name, value] : settings) text += fmt::format("{} = {}\n", name, value);
    return text;
}

void private_pgbouncer::start() {
    process_.start({.arguments = {find_server("pgbouncer", "HEADROOM_PGBOUNCER_BIN"),
                                  in_.file("pgbouncer.ini")}},
                   [this] { return log().find("process up") != std::string::npos; });
}

void private_pgbouncer::stop() {
    process_.thaw();
    process_.stop(SIGTERM);
    std::filesystem::remove(process_.log_file());  // where start() looks for its sign of life
}

std::string private_pgbouncer::url(std::string_view user, std::string_view database,
                                   route by) const {
    if (by == route::loopback)
        return fmt::format("postgresql://{}@127.0.0.1:{}/{}", user, port_, database);
    return fmt::format("postgresql://{}@/{}?host={}&port={}", user, database,
                       in_.path().string(), port_);
}

std::string private_pgbouncer::socket_file() const {
    return in_.file(fmt::format(".s.PGSQL.{}", port_));
}

}  // namespace headroom::testing
