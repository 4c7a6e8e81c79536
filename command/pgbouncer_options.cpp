#include "command/pgbouncer_options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "command/common_options.hpp"
#include "command/fields.hpp"
#include "command/solve_options.hpp"
#include "command/spelling.hpp"

namespace headroom::command {
namespace {

constexpr std::array<std::string_view, 6> auth_types{"scram-sha-256", "md5",  "trust",
                                                     "hba",           "cert", "any"};
constexpr unsigned pooler_port_max = 65'535;
constexpr std::size_t value_max = 200;

/// Letters, digits, `_`, `-`, `.` and those of `more`.
std::string plain(const char* option, const std::string& value, std::string_view more) {
    const auto is_plain = [&](char each) {
        return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
               (each >= '0' && each <= '9') || std::string_view("_-.").contains(each) ||
               more.contains(each);
    };
    if (value.size() <= value_max && std::ranges::all_of(value, is_plain)) return value;
    throw usage_error(fmt::format("{}: must be up to {} letters, digits and any of _-.{} ({})",
                                  option, value_max, more, in_quotes(value)));
}

unsigned port_or(const char* option, const std::string& value, unsigned otherwise) {
    if (value.empty()) return otherwise;
    if (auto wrong = read_number(value, 1, pooler_port_max, otherwise))
        throw usage_error(fmt::format("{}: {}", option, *wrong));
    return otherwise;
}

std::string or_else(const std::string& value, const char* otherwise) {
    return value.empty() ? otherwise : value;
}

// Its console answers to a name of its own.
std::string database_of(const std::string& value) {
    if (value == "pgbouncer")
        throw usage_error("--database: pgbouncer is the name of its own console ('pgbouncer')");
    return plain("--database", or_else(value, "app"), "");
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
    set.text("--auth-file", auth_file,
             "pgbouncer: users and secrets (/etc/pgbouncer/userlist.txt)");
    set.text("--cores", cores,
             "pgbouncer: of the server, so that no more than it likes are active");
}

bool pgbouncer_options::any() const {
    const std::array texts{&resource,    &host,       &port,      &database,  &listen_addr,
                           &listen_port, &socket_dir, &auth_type, &auth_file, &cores};
    return !direct.empty() ||
           std::ranges::any_of(texts, [](const auto* each) { return !each->empty(); });
}

pgbouncer_values pgbouncer_options::read() const {
    pgbouncer_values made;
    made.host = plain("--host", or_else(host, "127.0.0.1"), "/:");
    made.port = port_or("--port", port, made.port);
    made.database = database_of(database);
    made.listen_addr = plain("--listen-addr", or_else(listen_addr, "127.0.0.1"), ":,*");
    made.listen_port = port_or("--listen-port", listen_port, made.listen_port);
    made.socket_dir = plain("--socket-dir", socket_dir, "/");
    made.auth_type = or_else(auth_type, "scram-sha-256");
    require_one_of(auth_types, "--auth-type", made.auth_type);
    made.auth_file = plain("--auth-file", or_else(auth_file, "/etc/pgbouncer/userlist.txt"), "/");
    made.of_server = read_knee(cores);
    return made;
}

}  // namespace headroom::command
