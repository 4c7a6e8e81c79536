#include "headroom/fleet/pooler_probe.hpp"

#include <fmt/format.h>

#include <array>

#include "headroom/persistence/error.hpp"
#include "headroom/persistence/start_failure.hpp"

namespace headroom::fleet {
namespace {

constexpr auto own_name = "headroom/audit/console";

persistence::connect_info console_of(persistence::connect_info at) {
    at.database = "pgbouncer";
    return at;
}

page_table servers_table(const std::vector<server_side>& servers) {
    page_table table{"server_ledger",
                     "Server Connections",
                     {{"server", "Server"},
                      {"calculation", "Calculation"},
                      {"most", "Most"},
                      {"open", "Open Now"},
                      {"usable", "Usable There"}},
                     {}};
    for (const auto& each : servers)
        table.rows.push_back({each.server, each.arithmetic, each.most, each.open,
                              cell(each.usable).as(each.usable ? "" : "not looked at")});
    return table;
}

page_table pools_table(const std::vector<pooler_pool>& pools) {
    page_table table{"pools",
                     "Pools",
                     {{"database", "Database"},
                      {"user", "User"},
                      {"mode", "Mode"},
                      {"clients", "Clients"},
                      {"waiting", "Waiting"},
                      {"servers", "Servers"}},
                     {}};
    for (const auto& each : pools)
        table.rows.push_back({each.database, each.user, each.mode, each.clients_active,
                              each.clients_waiting, each.servers});
    return table;
}

page_table clients_table(const std::vector<owner_row>& owners) {
    page_table table{"connections",
                     "Live Clients",
                     {{"consumer", "Consumer"},
                      {"application_name", "application_name"},
                      {"user", "User"},
                      {"database", "Database"},
                      {"host", "Host"},
                      {"state", "State"},
                      {"count", "Count"}},
                     {}};
    for (const auto& each : owners)
        table.rows.push_back(
            {each.consumer.empty() ? cell().as("nobody") : cell(each.consumer),
             cell(each.application_name).as(each.application_name.empty() ? "-" : ""), each.role,
             each.database, cell(each.address).as(each.address.empty() ? "socket" : ""), each.state,
             each.count});
    return table;
}

}  // namespace

pooler_eye::pooler_eye(const persistence::connect_info& at, blocking_resolver& names,
                       std::chrono::milliseconds goodbye)
    : terms_{console_of(at), "fleet.audit", own_name, &names}, goodbye_(goodbye) {}

std::vector<persistence::console_table> pooler_eye::ask(std::span<const std::string_view> commands,
                                                        deadline until) {
    if (!visit_) visit_ = std::make_unique<persistence::console_visit>(terms_, goodbye_);
    return visit_->ask(commands, until);
}

pooler_facts pooler_eye::look(const facts*, deadline until) {
    return read_pooler(ask(pooler_commands(), until), own_name);
}

std::optional<client_count> pooler_eye::count(deadline until) {
    static constexpr std::array<std::string_view, 1> lists{"SHOW LISTS"};
    const auto clients = clients_in(ask(lists, until).front());
    if (!clients) return {};
    return client_count{*clients, *clients};
}

look_failure pooler_eye::explain(const std::exception_ptr& failed) const {
    const auto target = terms_.target.describe();
    auto why = persistence::explain(failed, target);
    try {
        std::rethrow_exception(failed);
    } catch (const persistence::server_error& said) {
        // PgBouncer has this one code for a password, for TLS, for rights and for a full house.
        if (said.is("08P01"))
            why.line = target +
                       ": 08P01: the pooler refused: check the password, sslmode, stats_users and "
                       "max_client_conn (its log says which)";
    } catch (...) {
        // said by persistence::explain
    }
    return {std::move(why.line), why.exit_code};
}

audit_page page_of(const pooler_outcome& of) {
    if (!of.audit) return page_of_failure("PgBouncer", of);
    const auto& audit = *of.audit;
    auto page = page_of_ledger("PgBouncer", audit, of);
    const auto limit = audit.facts.number("max_client_conn");
    const auto live = audit.seen.of(counted_by::total);
    page.summary.push_back(fmt::format(
        "clients: {} of {} max_client_conn, for each process",
        live.passed() ? fmt::format("{} at peak, {} now,", live.most, live.now)
                      : fmt::format("{}", audit.held),
        budget::to_text(limit)));
    for (const auto& each : audit.servers)
        page.summary.push_back(fmt::format(
            "servers at {}: {}; {} open now, {} usable there", each.server, each.arithmetic,
            each.open, each.usable ? budget::to_text(each.usable) : "nobody looked how many"));
    page.values.emplace_back("usable", limit);
    page.inventory.push_back(servers_table(audit.servers));
    page.tables.push_back(pools_table(audit.facts.pools));
    page.tables.push_back(clients_table(audit.owners));
    page.tables.push_back(facts_table(listed(audit.facts)));
    return page;
}

}  // namespace headroom::fleet
