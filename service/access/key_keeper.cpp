#include "service/access/key_keeper.hpp"

namespace headroom::service::access {
namespace {

using namespace std::chrono_literals;

constexpr auto stop_look = 5ms;
constexpr char keeper_name[] = "system:key_keeper";

constexpr persistence::statement upsert_use(R"(
insert into agent_api_key_use (key_id, tenant_id, last_used_at) values ($1, $2, $3)
on conflict (key_id) do update
   set last_used_at = greatest(agent_api_key_use.last_used_at, excluded.last_used_at))");

}  // namespace

void key_keeper::start(deadline) { looks_.start(); }

void key_keeper::stop(deadline drain_until) noexcept {
    if (!looks_.stop()) return;
    home_.run_blocking([this, drain_until]() -> task<void> {
        while (replacing_.load() > 0) co_await sleep_until(deadline::after(stop_look));
        co_await write_uses(drain_until.at_most(write_ms_max));
    });
}

task<void> key_keeper::write_uses(deadline until) {
    try {
        for (const auto& each : uses_.take())
            if (each.tenant)
                co_await over_.run(*each.tenant, upsert_use, until, each.key_id,
                                   each.tenant->text(), each.last);
    } catch (const std::exception& why) {
        log_.warn("uses of API keys were not written", {{"error", why.what()}});
    }
}

void key_keeper::replace(const auth::registered_api_key& of, std::string hash) {
    if (!of.who->tenant) return;
    if (replacing_.fetch_add(1) >= replacing_max) {
        replacing_.fetch_sub(1);
        return;
    }
    home_.spawn([this, agent = of.who->subject,
                 command = identity::rehash_key{of.who->tenant->text(), of.id,
                                                std::move(hash)}]() mutable -> task<void> {
        co_await write_hash(std::move(agent), std::move(command));
        replacing_.fetch_sub(1);
    });
}

task<void> key_keeper::write_hash(std::string agent, identity::rehash_key command) {
    try {
        const auto id = eventsourcing::parse_uuid(agent).value_or(eventsourcing::uuid{});
        const auto key = command.key_id;
        actor by;
        by.name = keeper_name;
        const auto made = co_await agents_.run(id, std::move(command), std::move(by),
                                               deadline::after(write_ms_max));
        if (!made)
            log_.warn("an API key keeps its old hash",
                      {{"key_id", key}, {"reason", made.error().detail}});
        else if (made->changed())  // else somebody was faster, or it is not in force any more
            log_.info("an API key was hashed anew", {{"key_id", key}});
    } catch (const std::exception& why) {
        log_.warn("an API key keeps its old hash", {{"error", why.what()}});
    }
}

}  // namespace headroom::service::access
