#include "headroom/testing/private_postgres.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <stdexcept>

#include "headroom/testing/detail/postgres_template.hpp"
#include "headroom/testing/eventually.hpp"

namespace headroom::testing {
namespace {

constexpr const char* folder_variable = "HEADROOM_POSTGRES_BIN";
/// Of our own sessions, the last of which may still be ending when the next one looks around.
constexpr const char* own_name = "private_postgres";

using connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using answer = std::unique_ptr<PGresult, decltype(&PQclear)>;

private_postgres::rows rows_of(const PGresult& from) {
    private_postgres::rows all(static_cast<std::size_t>(PQntuples(&from)));
    for (int row = 0; row < PQntuples(&from); ++row)
        for (int column = 0; column < PQnfields(&from); ++column)
            all[static_cast<std::size_t>(row)].emplace_back(PQgetvalue(&from, row, column));
    return all;
}

std::string as_identifier(std::string_view name) { return fmt::format("\"{}\"", name); }

}  // namespace

private_postgres::private_postgres(options with)
    : with_(std::move(with)), port_(with_.loopback ? free_port() : 5432), server_(in_, "postgres") {
    detail::copy_fresh_cluster(find_server("initdb", folder_variable), in_.file("data"));
    give_to(server_user(), in_.path());
    configure();
    start();
}

private_postgres::~private_postgres() { stop(stop_mode::immediate); }

void private_postgres::configure() {
    std::map<std::string, std::string> all{{"fsync", "off"},
                                           {"synchronous_commit", "off"},
                                           {"full_page_writes", "off"},
                                           {"autovacuum", "off"},
                                           {"shared_buffers", "16MB"},
                                           // Gone with the directory, also after kill -9.
                                           {"dynamic_shared_memory_type", "mmap"},
                                           {"max_connections", "100"},
                                           {"listen_addresses", with_.loopback ? "127.0.0.1" : ""},
                                           {"unix_socket_directories", socket_directory()},
                                           {"port", std::to_string(port_)}};
    for (const auto& [name, value] : with_.settings) all.insert_or_assign(name, value);
    std::string text;
    for (const auto& [name, value] : all) text += fmt::format("{} = '{}'\n", name, value);
    in_.write("data/postgresql.auto.conf", text);
    in_.write("data/pg_hba.conf",
              fmt::format("local all postgres trust\nlocal all all {0}\n"
                          "host all all 127.0.0.1/32 {0}\nlocal replication all trust\n",
                          with_.authentication));
    give_to(server_user(), in_.file("data"));
}

void private_postgres::start() {
    server_.start({.arguments = {find_server("postgres", folder_variable), "-D", in_.file("data")}},
                  [this] { return accepts_connections(); });
}

bool private_postgres::accepts_connections() const {
    // The eighth line of the file, once it is there, is the server's state.
    const auto state = read_file(in_.file("data/postmaster.pid"));
    return state.starts_with(std::to_string(server_.pid()) + "\n") &&
           state.find("\nready") != std::string::npos;
}

void private_postgres::stop(stop_mode how) {
    server_.thaw();
    server_.stop(how == stop_mode::fast ? SIGINT : SIGQUIT);
}

void private_postgres::restart(stop_mode how) {
    stop(how);
    start();
}

void private_postgres::restart_with(const std::map<std::string, std::string>& settings) {
    for (const auto& [name, value] : settings)
        sql(fmt::format("ALTER SYSTEM SET {} = '{}'", name, value));
    restart();
}

void private_postgres::become_standby() {
    in_.write("data/standby.signal", "");
    restart();
}

void private_postgres::follow(const private_postgres& primary) {
    stop();
    std::filesystem::remove_all(in_.file("data"));
    const auto copied = run_program(
        {.arguments = {find_server("pg_basebackup", folder_variable), "--checkpoint=fast",
                       "--no-sync", "--pgdata=" + in_.file("data"),
                       "--host=" + primary.socket_directory(),
                       "--port=" + std::to_string(primary.port()),
                       fmt::format("--username={}", superuser)},
         .as = server_user()});
    if (copied.code != 0) throw std::runtime_error("pg_basebackup failed: " + copied.errors);
    configure();
    std::ofstream(in_.file("data/postgresql.auto.conf"), std::ios::app)
        << fmt::format("primary_conninfo = 'host={} port={} user={}'\n",
                       primary.socket_directory(), primary.port(), superuser);
    in_.write("data/standby.signal", "");
    start();
}

bool private_postgres::catches_up_with(const private_postgres& primary) const {
    // Also what synchronous_commit=off has not written yet.
    const auto written = primary.value("SELECT pg_switch_wal()");
    const auto question = fmt::format("SELECT pg_last_wal_replay_lsn() >= '{}'", written);
    return eventually([&] { return value(question) == "t"; });
}

void private_postgres::stop_following() const {
    sql("ALTER SYSTEM SET primary_conninfo = ''");
    sql("SELECT pg_reload_conf()");
    if (!eventually([&] { return value("SELECT count(*) FROM pg_stat_wal_receiver") == "0"; }))
        throw std::runtime_error("the standby goes on following: " + log());
}

void private_postgres::promote() const { sql("SELECT pg_promote()"); }

void private_postgres::kill_postmaster() { server_.kill_alone(); }

void private_postgres::crash() { server_.crash(); }

void private_postgres::freeze(int backend_pid) { kill(backend_pid, SIGSTOP); }

void private_postgres::thaw(int backend_pid) { kill(backend_pid, SIGCONT); }

std::string private_postgres::url(std::string_view user, std::string_view database,
                                  route by) const {
    if (by == route::loopback)
        return fmt::format("postgresql://{}@127.0.0.1:{}/{}", user, port_, database);
    return fmt::format("postgresql://{}@/{}?host={}&port={}", user, database, socket_directory(),
                       port_);
}

std::string private_postgres::socket_file() const {
    return in_.file(fmt::format(".s.PGSQL.{}", port_));
}

std::string private_postgres::create_database(std::string name, std::string_view copied_from) {
    if (name.empty()) name = fmt::format("test_{}", ++databases_);
    sql(fmt::format("CREATE DATABASE {} TEMPLATE {} STRATEGY wal_log", as_identifier(name),
                    as_identifier(copied_from)));
    return name;
}

void private_postgres::create_role(std::string_view name, std::string_view attributes) {
    if (value(fmt::format("SELECT 1 FROM pg_roles WHERE rolname = '{}'", name)).empty())
        sql(fmt::format("CREATE ROLE {} {}", as_identifier(name), attributes));
}

private_postgres::rows private_postgres::sql(const std::string& text,
                                             const std::string& database) const {
    const auto by = fmt::format("{}&application_name={}", url(superuser, database), own_name);
    const connection to(PQconnectdb(by.c_str()), PQfinish);
    if (PQstatus(to.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(to.get()));
    const answer got(PQexec(to.get(), text.c_str()), PQclear);
    const auto status = PQresultStatus(got.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        throw std::runtime_error(PQerrorMessage(to.get()));
    return rows_of(*got);
}

std::string private_postgres::value(const std::string& text, const std::string& database) const {
    const auto all = sql(text, database);
    return all.empty() || all[0].empty() ? "" : all[0][0];
}

std::vector<backend> private_postgres::backends() const {
    std::vector<backend> all;
    for (auto& row : sql(fmt::format(
             "SELECT pid, usename, datname, application_name, state, query FROM pg_stat_activity "
             "WHERE backend_type = 'client backend' AND application_name <> '{}' ORDER BY pid",
             own_name)))
        all.push_back({std::stoi(row[0]), row[1], row[2], row[3], row[4], row[5]});
    return all;
}

void private_postgres::terminate(int backend_pid) const {
    sql(fmt::format("SELECT pg_terminate_backend({}, {})", backend_pid,
                    std::chrono::milliseconds(server_bound).count()));
}

}  // namespace headroom::testing
