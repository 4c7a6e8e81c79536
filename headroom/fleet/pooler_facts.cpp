#include "headroom/fleet/pooler_facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/assert.hpp>

#include "headroom/runtime/quantity.hpp"

namespace headroom::fleet {
namespace {

using persistence::console_table;

constexpr std::array<std::string_view, 7> commands{"SHOW VERSION",   "SHOW CONFIG", "SHOW LISTS",
                                                   "SHOW DATABASES", "SHOW POOLS",  "SHOW CLIENTS",
                                                   "SHOW SERVERS"};
constexpr std::size_t text_bytes_max = 120;

std::string printable_cell(const std::string& text) {
    auto safe = text.substr(0, text_bytes_max);
    std::ranges::replace_if(
        safe, [](char c) { return c < ' ' || c > '~'; }, '?');
    return safe;
}

std::uint64_t figure_in(const console_table& table, std::size_t row, std::string_view column) {
    return parse_number(table.value(row, column)).value_or(0);
}

void read_pairs(const console_table& table, std::string_view key, std::string_view value,
                std::map<std::string, std::string, std::less<>>& into) {
    for (std::size_t row = 0; row < table.rows.size(); ++row)
        into.emplace(table.value(row, key), printable_cell(table.value(row, value)));
}

void read_databases(const console_table& table, pooler_facts& into) {
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        if (table.value(row, "name") == "pgbouncer") continue;  // the console itself
        pooler_database one;
        one.name = printable_cell(table.value(row, "name"));
        one.host = printable_cell(table.value(row, "host"));
        one.port = static_cast<unsigned>(figure_in(table, row, "port"));
        one.force_user = printable_cell(table.value(row, "force_user"));
        one.pool_mode = printable_cell(table.value(row, "pool_mode"));
        one.pool_size = figure_in(table, row, "pool_size");
        // Called reserve_pool up to 1.23.
        one.reserve = std::max(figure_in(table, row, "reserve_pool"),
                               figure_in(table, row, "reserve_pool_size"));
        one.max_connections = figure_in(table, row, "max_connections");
        one.current = figure_in(table, row, "current_connections");
        one.disabled = table.value(row, "disabled") == "1";
        into.databases.push_back(std::move(one));
    }
}

void read_pools(const console_table& table, pooler_facts& into) {
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        if (table.value(row, "database") == "pgbouncer") continue;
        pooler_pool one{printable_cell(table.value(row, "database")),
                        printable_cell(table.value(row, "user")),
                        printable_cell(table.value(row, "pool_mode"))};
        one.clients_active = figure_in(table, row, "cl_active");
        one.clients_waiting = figure_in(table, row, "cl_waiting");
        for (const auto* column : {"sv_active", "sv_idle", "sv_used", "sv_tested", "sv_login"})
            one.servers += figure_in(table, row, column);
        one.longest_wait_s = figure_in(table, row, "maxwait");
        into.pools.push_back(std::move(one));
    }
}

void read_servers(const console_table& table, pooler_facts& into) {
    for (std::size_t row = 0; row < table.rows.size(); ++row)
        into.servers.push_back({printable_cell(table.value(row, "database")),
                                printable_cell(table.value(row, "user")),
                                static_cast<int>(figure_in(table, row, "remote_pid"))});
}

void read_clients(const console_table& table, std::string_view own_name, pooler_facts& into) {
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        persistence::backend one;
        one.pid = static_cast<int>(row) + 1;
        one.application_name = printable_cell(table.value(row, "application_name"));
        one.role = printable_cell(table.value(row, "user"));
        one.database = printable_cell(table.value(row, "database"));
        one.address = printable_cell(table.value(row, "addr"));
        if (one.address == "unix") one.address.clear();
        one.state = printable_cell(table.value(row, "state"));
        one.seen = true;
        // The console of 1.18 shows no application_name of its own clients in every version.
        one.own = one.database == "pgbouncer" &&
                  (one.application_name == own_name || one.application_name.empty());
        into.clients.push_back(std::move(one));
    }
    into.clients_read = table.error.empty() && !table.cut;
}

}  // namespace

std::string pooler_database::server() const {
    return fmt::format("{}:{}", host.empty() ? "local" : host, port);
}

budget::figure pooler_facts::number(std::string_view setting) const {
    const auto at = config.find(setting);
    if (at == config.end()) return {};
    return parse_number(at->second);
}

std::span<const std::string_view> pooler_commands() { return commands; }

pooler_facts read_pooler(const std::vector<console_table>& answers, std::string_view own_name) {
    BOOST_ASSERT(answers.size() == commands.size());
    pooler_facts facts;
    for (std::size_t i = 0; i < answers.size(); ++i) {
        if (!answers[i].error.empty())
            facts.unread.push_back({std::string(commands[i]), answers[i].error});
        if (answers[i].cut)
            facts.unread.push_back({std::string(commands[i]), "only the first rows were read"});
    }
    if (!answers[0].rows.empty()) facts.version = printable_cell(answers[0].rows[0][0]);
    read_pairs(answers[1], "key", "value", facts.config);
    read_pairs(answers[2], "list", "items", facts.lists);
    read_databases(answers[3], facts);
    read_pools(answers[4], facts);
    read_clients(answers[5], own_name, facts);
    read_servers(answers[6], facts);
    return facts;
}

budget::figure clients_in(const console_table& lists) {
    for (std::size_t row = 0; row < lists.rows.size(); ++row) {
        if (lists.value(row, "list") != "used_clients") continue;
        const auto used = figure_in(lists, row, "items");
        return used - std::min<std::uint64_t>(used, 1);
    }
    return {};
}

std::vector<persistence::fact> listed(const pooler_facts& of) {
    static constexpr std::array<std::string_view, 12> settings{
        "max_client_conn",     "default_pool_size",    "min_pool_size",      "reserve_pool_size",
        "max_db_connections",  "max_user_connections", "pool_mode",          "query_wait_timeout",
        "server_idle_timeout", "client_idle_timeout",  "server_reset_query", "so_reuseport"};
    std::vector<persistence::fact> all{{"version", of.version, "SHOW VERSION"}};
    for (const auto name : settings)
        if (const auto at = of.config.find(name); at != of.config.end())
            all.push_back({at->first, at->second, "SHOW CONFIG"});
    for (const auto& [name, value] : of.lists) all.push_back({name, value, "SHOW LISTS"});
    for (const auto& each : of.unread)
        all.push_back({each.name, "", printable_cell(each.why), false});
    return all;
}

}  // namespace headroom::fleet
