#include "headroom/fleet/pooler_probe.hpp"

#include <fmt/format.h>

#include "headroom/persistence/error.hpp"
#include "headroom/persistence/start_failure.hpp"

namespace headroom::fleet {
namespace {

constexpr auto own_name = "headroom/audit/console";

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

pooler_outcome audit_pooler(persistence::connect_info at, pooler_terms terms, deadline until,
                            blocking_resolver& names) {
    pooler_outcome outcome;
    at.database = "pgbouncer";
    outcome.target = terms.target = at.describe();
    try {
        const auto answers = persistence::ask_console({at, "fleet.audit", own_name, &names},
                                                      pooler_commands(), until);
        outcome.audit = analyse(read_pooler(answers, own_name), terms);
    } catch (const persistence::server_error& said) {
        auto why = persistence::explain(std::current_exception(), outcome.target);
        // PgBouncer has this one code for a password, for TLS, for rights and for a full house.
        if (said.is("08P01"))
            why.line = outcome.target +
                       ": 08P01: the pooler refused: check the password, sslmode, stats_users and "
                       "max_client_conn (its log says which)";
        outcome.error = std::move(why.line);
        outcome.exit_code = why.exit_code;
    } catch (...) {
        auto why = persistence::explain(std::current_exception(), outcome.target);
        outcome.error = std::move(why.line);
        outcome.exit_code = why.exit_code;
    }
    return outcome;
}

audit_page page_of(const pooler_outcome& of) {
    if (!of.audit) return page_of_failure("PgBouncer", of.target, of.error, of.exit_code);
    const auto& audit = *of.audit;
    auto page = page_of_ledger("PgBouncer", audit);
    const auto limit = audit.facts.number("max_client_conn");
    page.summary.push_back(fmt::format("clients: {} of {} max_client_conn, for each process",
                                       audit.held, budget::to_text(limit)));
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
