#include "headroom/persistence/redis/server_limits.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "headroom/persistence/redis/mux.hpp"
#include "headroom/runtime/quantity.hpp"

namespace headroom::redis {
namespace {

/// A text, or why the access list keeps it from us.
task<std::string> text_or_reason(mux& on, command what, deadline until, std::string& why) {
    try {
        const auto said = co_await on.run(std::move(what), until, sending::repeatable);
        if (said.is() == kind::text) co_return std::string(said.text());
        if (const auto value = said.has_elements() ? said.find("maxclients") : std::nullopt)
            co_return fmt::format("maxclients:{}\r\n", value->text());
        why = "the server does not know it";
    } catch (const server_error& refused) {
        if (!refused.is(code::no_permission) && !refused.is(code::err)) throw;
        why = refused.what();
    }
    co_return std::string();
}

}  // namespace

budget::figure figure_in(std::string_view info, std::string_view field) {
    for (std::size_t at = 0; at < info.size();) {
        const auto end = std::min(info.find('\n', at), info.size());
        auto line = info.substr(at, end - at);
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.starts_with(field) && line.substr(field.size()).starts_with(':'))
            return parse_number(line.substr(field.size() + 1));
        at = end + 1;
    }
    return {};
}

budget::figure server_limits::held() const noexcept {
    if (!connected) return {};
    return *connected + replicas.value_or(0) + cluster_links.value_or(0);
}

task<server_limits> read_server_limits(mux& on, budget::figure otherwise, deadline until) {
    server_limits found;
    const auto clients =
        co_await text_or_reason(on, command("INFO", "clients"), until, found.why_unknown);
    found.clients_max = figure_in(clients, "maxclients");
    found.connected = figure_in(clients, "connected_clients");
    found.cluster_links = figure_in(clients, "cluster_connections");
    std::string ignored;
    const auto replication =
        co_await text_or_reason(on, command("INFO", "replication"), until, ignored);
    found.replicas = figure_in(replication, "connected_slaves");
    if (!found.clients_max) {
        const auto setting = co_await text_or_reason(on, command("CONFIG", "GET", "maxclients"),
                                                     until, found.why_unknown);
        found.clients_max = figure_in(setting, "maxclients");
    }
    found.source = "maxclients";
    if (!found.clients_max && otherwise) {
        found.clients_max = otherwise;
        found.source = "REDIS_MAXCLIENTS";
    }
    if (found.clients_max) found.why_unknown.clear();
    co_return found;
}

persistence::start_limit as_start_limit(const server_limits& of, unsigned own) {
    if (!of.clients_max)
        return persistence::unread_limit(
            resource, of.why_unknown + "; allow +info, or set REDIS_MAXCLIENTS");
    persistence::start_limit limit;
    limit.resource = resource;
    limit.name = "server";
    limit.how = fmt::format("{} {}", of.source, *of.clients_max);
    limit.limit = of.clients_max;
    if (const auto held = of.held()) {
        const auto others = *held - std::min<std::uint64_t>(*held, own);
        limit.free = *of.clients_max - std::min(*of.clients_max, others);
        limit.holders.push_back({"clients of the server", static_cast<unsigned>(others)});
    }
    return limit;
}

}  // namespace headroom::redis
