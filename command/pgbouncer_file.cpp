#include "command/pgbouncer_file.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "command/fields.hpp"
#include "command/solve_options.hpp"
#include "command/spelling.hpp"
#include "headroom/budget/pooling.hpp"

namespace headroom::command {
namespace {

using budget::pooling;
using budget::resource;

constexpr std::array<std::string_view, 6> auth_types{"scram-sha-256", "md5", "trust",
                                                     "hba",           "cert", "any"};
constexpr unsigned descriptors_of_pooler = 32;  // sockets it listens on, log, pid file, DNS
constexpr std::size_t value_max = 200;

/// What of the file an option changes.
std::string plain(const char* option, const std::string& value, const char* otherwise) {
    if (value.empty()) return otherwise;
    const auto is_plain = [](char each) {
        return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
               (each >= '0' && each <= '9') || std::string_view("._-/:,*").contains(each);
    };
    if (value.size() > value_max || !std::ranges::all_of(value, is_plain))
        throw usage_error(fmt::format("{}: holds other characters than letters, digits and "
                                      ". _ - / : , * ({})", option, quoted(value)));
    return value;
}

unsigned port(const char* option, const std::string& value, unsigned otherwise) {
    unsigned number = otherwise;
    if (value.empty()) return number;
    if (auto wrong = read_number(value, 1, 65'535, number))
        throw usage_error(fmt::format("{}: {}", option, *wrong));
    return number;
}

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
                                      quoted(named), did_you_mean(named, names)));
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
            throw usage_error(fmt::format("--direct: no consumer of {} is called {}{}",
                                          server.name, quoted(each), did_you_mean(each, names)));
}

std::unexpected<no_file> nothing(int code, std::string what) {
    return std::unexpected(no_file{code, std::move(what)});
}

std::string bound_line(const pooling& of, const resource& server) {
    return fmt::format("80 % of {} usable = {}, less {} direct = {}",
                       budget::to_text(server.usable()), of.bound, of.direct_clients,
                       of.bound > of.direct_clients ? of.bound - of.direct_clients : 0);
}

/// The arithmetic of both routes, as comments.
std::string account(const pooling& of, const resource& server) {
    auto text = fmt::format("; queries: clients {}\n", of.pooled_arithmetic);
    text += fmt::format("; direct: clients {} ({})\n", of.direct_arithmetic,
                        of.direct.empty() ? "nobody" : fmt::format("{}", fmt::join(of.direct, ", ")));
    text += fmt::format("; servers for queries: {}; of {} clients{}: {}\n", bound_line(of, server),
                        of.pooled_clients,
                        of.of_server ? ", at most " + std::to_string(of.of_server->most()) +
                                           " by the knee"
                                     : "",
                        of.pooled_servers);
    if (of.of_server) text += fmt::format("; knee: {}\n", budget::describe(*of.of_server));
    text += fmt::format("; servers in all: {} + {} = {} of {} usable\n", of.pooled_servers,
                        of.direct_clients, of.servers(), budget::to_text(server.usable()));
    text += fmt::format("; pool: floors of {} and then a reserve, for each of {} {}\n", of.floors,
                        of.roles, of.roles == 1 ? "role" : "roles");
    return text + fmt::format("; descriptors: {} clients + {} servers + {} of its own: LimitNOFILE "
                              "of at least {}\n\n", of.clients(), of.servers(),
                              descriptors_of_pooler,
                              of.clients() + of.servers() + descriptors_of_pooler);
}

std::string databases(const pooling& of, const pgbouncer_options& options) {
    const auto name = plain("--database", options.database, "app");
    const auto at = fmt::format("host={} port={} dbname={}", plain("--host", options.host, "127.0.0.1"),
                                port("--port", options.port, 5432), name);
    auto text = fmt::format("[databases]\n; queries: a server for each transaction\n"
                            "{} = {} pool_mode=transaction max_db_connections={}\n",
                            name, at, of.pooled_servers);
    if (of.direct_clients > 0)
        text += fmt::format("; control, LISTEN, session locks, migrations: a server for each "
                            "client\n{}_direct = {} pool_mode=session pool_size={} reserve_pool=0 "
                            "max_db_connections={}\n",
                            name, at, of.direct_clients, of.direct_clients);
    return text + "\n";
}

std::string pooler(const pooling& of, const pgbouncer_options& options) {
    const auto auth_type = options.auth_type.empty() ? "scram-sha-256" : options.auth_type;
    require_one_of(auth_types, "--auth-type", auth_type);
    auto text = fmt::format(
        "[pgbouncer]\nlisten_addr = {}\nlisten_port = {}\n",
        plain("--listen-addr", options.listen_addr, "127.0.0.1"),
        port("--listen-port", options.listen_port, 6432));
    if (!options.socket_dir.empty())
        text += fmt::format("unix_socket_dir = {}\n",
                            plain("--socket-dir", options.socket_dir, ""));
    text += fmt::format("auth_type = {}\nauth_file = {}\n", auth_type,
                        plain("--auth-file", options.auth_file, "/etc/pgbouncer/userlist.txt"));
    text += fmt::format(
        "\npool_mode = transaction\n; {} for queries + {} direct\nmax_client_conn = {}\n"
        "default_pool_size = {}\nreserve_pool_size = {}\n; seconds a client waits before the "
        "reserve opens\nreserve_pool_timeout = 1\n; seconds after which a client that waits is "
        "refused\nquery_wait_timeout = 30\n",
        of.pooled_clients, of.direct_clients, of.clients(), of.pool_size, of.reserve);
    return text +
           "\n; before 1.21 prepared statements do not survive a transaction: clients do without\n"
           "ignore_startup_parameters = extra_float_digits,options\n";
}

}  // namespace

void pgbouncer_options::declare(option_set& set) {
    set.text("--resource", resource, "pgbouncer: before which server, when there are several");
    set.texts("--direct", direct,
              "pgbouncer: a consumer that needs sessions (default: control, feed, listen, "
              "listener, and what is open at a deploy)");
    set.text("--host", host, "pgbouncer: the server's address or socket folder (127.0.0.1)");
    set.text("--port", port, "pgbouncer: the server's port (5432)");
    set.text("--database", database, "pgbouncer: the database (app)");
    set.text("--listen-addr", listen_addr, "pgbouncer: where clients connect (127.0.0.1)");
    set.text("--listen-port", listen_port, "pgbouncer: and at which port (6432)");
    set.text("--socket-dir", socket_dir, "pgbouncer: a folder for its own socket");
    set.text("--auth-type", auth_type, "pgbouncer: how clients sign in (scram-sha-256)");
    set.text("--auth-file", auth_file, "pgbouncer: users and secrets (/etc/pgbouncer/userlist.txt)");
    set.text("--cores", cores, "pgbouncer: of the server, so that no more than it likes are active");
}

bool pgbouncer_options::any() const {
    const std::array texts{&resource,   &host,       &port,      &database,  &listen_addr,
                           &listen_port, &socket_dir, &auth_type, &auth_file, &cores};
    return !direct.empty() ||
           std::ranges::any_of(texts, [](const auto* each) { return !each->empty(); });
}

generated pgbouncer_file(const chosen_plan& from, const pgbouncer_options& options) {
    const auto* server = server_of(from.of, options.resource);
    if (server == nullptr)
        return nothing(exit_code::manifest,
                       "resources: none is a PostgreSQL server (postgres, postgres:NAME)");
    check_direct(from.of, *server, options.direct);
    if (!server->limit)
        return nothing(exit_code::manifest,
                       fmt::format("resources.{0}.limit: is not known: --limit {0}=N says it",
                                   server->name));
    if (auto unknown = unknown_maximum(from.of, *server, false); !unknown.empty())
        return nothing(exit_code::manifest, std::move(unknown));
    const auto of = budget::pool_before(from.of, *server, options.direct,
                                        read_knee(options.cores));
    if (of.clients() == 0)
        return nothing(exit_code::manifest,
                       fmt::format("{}: no consumer opens anything", server->name));
    if (of.pooled_servers == 0 && of.pooled_clients > 0)
        return nothing(exit_code::verdict,
                       fmt::format("{}: nothing is left for queries: {}", server->name,
                                   bound_line(of, *server)));
    if (of.clients() > budget::figure_max)
        return nothing(exit_code::verdict,
                       fmt::format("max_client_conn: {} clients are more than {}", of.clients(),
                                   budget::figure_max));
    return generated_file{"pgbouncer.ini", opening("pgbouncer.ini", from, "; ") +
                                               account(of, *server) + databases(of, options) +
                                               pooler(of, options)};
}

}  // namespace headroom::command
