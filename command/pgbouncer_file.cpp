#include "command/pgbouncer_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "command/fields.hpp"
#include "command/spelling.hpp"
#include "headroom/budget/pooling.hpp"
#include "headroom/budget/report.hpp"

namespace headroom::command {
namespace {

using budget::pooling;
using budget::resource;

constexpr unsigned descriptors_of_pooler = 32;  // sockets it listens on, log, pid file, DNS

std::vector<std::string_view> servers_of(const budget::plan& in) {
    std::vector<std::string_view> names;
    for (const auto& each : in.resources)
        if (budget::kind_of(each.name) == "postgres") names.push_back(each.name);
    return names;
}

/// The server that is meant; null when the manifest has none.
const resource* server_of(const budget::plan& in, const std::string& named) {
    const auto names = servers_of(in);
    if (!named.empty() && !holds(names, named))
        throw usage_error(fmt::format("--resource: no PostgreSQL server is called {}{}",
                                      in_quotes(named), did_you_mean(named, names)));
    if (named.empty() && names.size() > 1)
        throw usage_error(
            fmt::format("--resource: must say which server: one of {}", fmt::join(names, ", ")));
    if (names.empty()) return nullptr;
    return in.find_resource(named.empty() ? names.front() : named);
}

void check_direct(const budget::plan& in, const resource& server,
                  const std::vector<std::string>& direct) {
    std::vector<std::string_view> names;
    for (const auto& each : in.consumers)
        if (each.resource == server.name) names.push_back(each.name);
    for (const auto& each : direct)
        if (!holds(names, each))
            throw usage_error(fmt::format("--direct: no consumer of {} is called {}{}", server.name,
                                          in_quotes(each), did_you_mean(each, names)));
}

std::string bound_line(const pooling& of, const resource& server) {
    return fmt::format("80 % of {} usable = {}, less {} direct = {}",
                       budget::to_text(server.usable()), of.bound, of.direct_clients,
                       of.bound > of.direct_clients ? of.bound - of.direct_clients : 0);
}

/// The arithmetic of both routes, as comments.
std::string account(const pooling& of, const resource& server) {
    auto text = fmt::format("; {}: {}\n; queries: clients {}\n", server.name,
                            budget::describe(server), of.pooled_arithmetic);
    text +=
        fmt::format("; direct: clients {} ({})\n", of.direct_arithmetic,
                    of.direct.empty() ? "nobody" : fmt::format("{}", fmt::join(of.direct, ", ")));
    text += fmt::format(
        "; servers for queries: {}; of {} clients{}: {}\n", bound_line(of, server),
        of.pooled_clients,
        of.of_server ? ", at most " + std::to_string(of.of_server->most()) + " by the knee" : "",
        of.pooled_servers);
    if (of.of_server) text += fmt::format("; knee: {}\n", budget::describe(*of.of_server));
    text += fmt::format("; servers in all: {} + {} = {} of {} usable\n", of.pooled_servers,
                        of.direct_clients, of.servers(), budget::to_text(server.usable()));
    text += fmt::format("; pool: floors of {} and then a reserve, for each of {} {}\n", of.floors,
                        of.roles, of.roles == 1 ? "role" : "roles");
    return text + fmt::format(
                      "; descriptors: {} clients + {} servers + {} of its own: LimitNOFILE "
                      "of at least {}\n\n",
                      of.clients(), of.servers(), descriptors_of_pooler,
                      of.clients() + of.servers() + descriptors_of_pooler);
}

std::string databases(const pooling& of, const pgbouncer_values& with) {
    const auto at = fmt::format("host={} port={} dbname={}", with.host, with.port, with.database);
    std::string text = "[databases]\n";
    if (of.pooled_clients > 0)
        text += fmt::format(
            "; queries: a server for each transaction\n"
            "{} = {} pool_mode=transaction max_db_connections={}\n",
            with.database, at, of.pooled_servers);
    if (of.direct_clients > 0)
        text += fmt::format(
            "; LISTEN, session locks, migrations: a server for each client. Whoever connects to\n"
            "; {}:{} itself, as headroom's control does, counts the same\n"
            "{}_direct = {} pool_mode=session pool_size={} reserve_pool=0 max_db_connections={}\n",
            with.host, with.port, with.database, at, of.direct_clients, of.direct_clients);
    return text + "\n";
}

std::string listening(const pgbouncer_values& with) {
    auto text = fmt::format("[pgbouncer]\nlisten_addr = {}\nlisten_port = {}\n", with.listen_addr,
                            with.listen_port);
    if (!with.socket_dir.empty()) text += fmt::format("unix_socket_dir = {}\n", with.socket_dir);
    return text + fmt::format("auth_type = {}\nauth_file = {}\n\n", with.auth_type, with.auth_file);
}

std::string sizes(const pooling& of) {
    return fmt::format(
        "pool_mode = transaction\n"
        "; {} for queries + {} direct\n"
        "max_client_conn = {}\n"
        "default_pool_size = {}\n"
        "reserve_pool_size = {}\n"
        "; seconds a client waits before the reserve opens\n"
        "reserve_pool_timeout = 1\n"
        "; seconds after which a client that waits is refused\n"
        "query_wait_timeout = 30\n"
        "\n"
        "; before 1.21 prepared statements do not outlive a transaction: clients do without\n"
        "ignore_startup_parameters = extra_float_digits,options\n",
        of.pooled_clients, of.direct_clients, of.clients(),
        std::max<std::uint64_t>(of.pool_size, 1), of.reserve);
}

std::string written(const chosen_plan& from, const pooling& of, const resource& server,
                    const pgbouncer_values& with) {
    return opening("pgbouncer.ini", from, ";") + account(of, server) + databases(of, with) +
           listening(with) + sizes(of);
}

/// Why no pooler can stand before the server, if none can.
std::optional<no_file> hindrance(const budget::plan& in, const resource& server) {
    if (!server.limit)
        return no_file{
            exit_code::manifest,
            fmt::format("resources.{0}.limit: is not known: --limit {0}=N says it", server.name)};
    if (auto unknown = unknown_maximum(in, server, false); !unknown.empty())
        return no_file{exit_code::manifest, std::move(unknown)};
    return {};
}

std::optional<no_file> hindrance(const pooling& of, const resource& server) {
    if (of.clients() == 0)
        return no_file{exit_code::manifest,
                       fmt::format("resources.{}: no consumer opens anything", server.name)};
    if (!of.fits())
        return no_file{exit_code::verdict, fmt::format("{}: nothing is left for queries: {}",
                                                       server.name, bound_line(of, server))};
    if (of.clients() > budget::figure_max)
        return no_file{exit_code::verdict,
                       fmt::format("max_client_conn: {} clients are more than {}", of.clients(),
                                   budget::figure_max)};
    return {};
}

}  // namespace

generated pgbouncer_file(const chosen_plan& from, const pgbouncer_options& options) {
    const auto with = options.read();
    const auto* server = server_of(from.of, options.resource);
    if (server == nullptr)
        return std::unexpected(
            no_file{exit_code::manifest,
                    "resources: none is a PostgreSQL server (postgres, postgres:NAME)"});
    check_direct(from.of, *server, options.direct);
    if (auto why = hindrance(from.of, *server)) return std::unexpected(std::move(*why));
    const auto of = budget::pool_before(from.of, *server, options.direct, with.of_server);
    if (auto why = hindrance(of, *server)) return std::unexpected(std::move(*why));
    return generated_file{"pgbouncer.ini", written(from, of, *server, with)};
}

}  // namespace headroom::command
