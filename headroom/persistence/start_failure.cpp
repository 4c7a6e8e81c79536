#include "headroom/persistence/start_failure.hpp"

#include <fmt/format.h>

#include <array>

#include "headroom/budget/exit_code.hpp"
#include "headroom/budget/refusal.hpp"
#include "headroom/persistence/control.hpp"
#include "headroom/persistence/error.hpp"
#include "headroom/persistence/redis/error.hpp"
#include "headroom/runtime/name_resolver.hpp"

namespace headroom::persistence {
namespace {

struct meaning {
    std::string_view code;
    start_action act;
    std::string_view advice;
};

constexpr std::array<meaning, 12> meanings{{
    {sqlstate::too_many_connections, start_action::wait,
     "run `headroom audit` to see who holds them"},
    {sqlstate::cannot_connect_now, start_action::wait, "it should be back soon"},
    {sqlstate::admin_shutdown, start_action::wait, "it should be back soon"},
    {"57P02", start_action::wait, "the server crashed and recovers"},
    {"55P03", start_action::wait, "others hold the lock it needs"},
    {"57P05", start_action::wait, "idle_session_timeout ended the session"},
    {"08P01", start_action::wait,
     "if a pooler stands between, point the URL at the server itself, or set HEADROOM_DIRECT_URL "
     "to it"},
    {sqlstate::invalid_password, start_action::refuse, "check the password of the URL"},
    {sqlstate::invalid_authorization, start_action::refuse,
     "check the role of the URL, its sslmode and pg_hba.conf"},
    {sqlstate::invalid_catalog_name, start_action::refuse, "check the database of the URL"},
    {sqlstate::insufficient_privilege, start_action::refuse, "grant the role what it lacks"},
    {sqlstate::undefined_table, start_action::refuse, "run `headroom-service migrate` first"},
}};

start_failure waits(std::string line) {
    return {start_action::wait, budget::exit_code::unavailable, std::move(line)};
}
start_failure refuses(std::string line) {
    return {start_action::refuse, budget::exit_code::refused, std::move(line)};
}

start_failure of_server(const server_error& said, const std::string& target) {
    for (const auto& each : meanings) {
        if (!said.is(each.code)) continue;
        auto line = fmt::format("{}: {}; {}", target, said.what(), each.advice);
        return each.act == start_action::wait ? waits(std::move(line)) : refuses(std::move(line));
    }
    auto line = fmt::format("{}: {}", target, said.what());
    // Class 08 is the connection, 40 a race with others, 53 want of resources, 57 an operator's
    // hand: none is ours to mend.
    const auto kind = said.sqlstate().substr(0, 2);
    const bool passes = kind == "08" || kind == "40" || kind == "53" || kind == "57";
    return passes ? waits(std::move(line)) : refuses(std::move(line));
}

start_failure of_redis(const redis::server_error& said, const std::string& target) {
    namespace code = redis::code;
    const auto line = fmt::format("{}: {}", target, said.what());
    if (said.is_full()) return waits(line + "; run `headroom audit` to see who holds them");
    if (said.is(code::loading) || said.is(code::master_down) || said.is(code::read_only))
        return waits(line + "; it should be back soon");
    if (said.is(code::wrong_password) || said.is(code::no_auth))
        return refuses(line + "; check user and password of the URL");
    if (said.is(code::no_permission)) return refuses(line + "; allow the user what it lacks");
    if (std::string_view(said.what()).contains("DB index"))
        return refuses(line + "; the server has no database of that number: name another in the "
                              "URL, the tasks' in TASKIQ_REDIS_URL");
    return refuses(line);
}

/// libpq's own words; the two it uses for TLS are the same in every language.
bool speaks_of_tls(std::string_view text) {
    return text.find("SSL") != std::string_view::npos ||
           text.find("certificate") != std::string_view::npos;
}

}  // namespace

start_failure explain(const std::exception_ptr& failed, const std::string& target) {
    try {
        std::rethrow_exception(failed);
    } catch (const server_error& said) {
        return of_server(said, target);
    } catch (const redis::server_error& said) {
        return of_redis(said, target);
    } catch (const connection_lost& lost) {
        if (speaks_of_tls(lost.what()))
            return refuses(
                fmt::format("{}: {}; check sslmode and certificates", target, lost.what()));
        return waits(fmt::format("{}: not reachable: {}", target, lost.what()));
    } catch (const resolve_error& unknown) {
        return waits(fmt::format("{}: not reachable: {}", target, unknown.what()));
    } catch (const deadline_passed& late) {
        return waits(fmt::format("{}: no answer in time: {}", target, late.what()));
    } catch (const budget::refused& own) {
        return waits(fmt::format("{}: {}", target, own.what()));
    } catch (const pooler_in_the_way& pooler) {
        return refuses(pooler.what());
    } catch (const std::exception& other) {
        return refuses(fmt::format("{}: {}", target, other.what()));
    }
}

task<void> started_or_trying(task<void> start) {
    try {
        co_await std::move(start);
    } catch (...) {  // full or restarting
        if (explain(std::current_exception(), "").act != start_action::wait) throw;
    }
}

}  // namespace headroom::persistence
