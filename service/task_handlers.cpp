#include "service/task_handlers.hpp"

#include "service/identity/key_expiry.hpp"
#include "service/identity/welcome.hpp"
#include "service/tenancy/deletion.hpp"

namespace headroom::service {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::milliseconds run_ms_max = 60s;      // of one task
constexpr std::chrono::milliseconds expiry_ms_max = 30min;  // of all tenants' keys

/// A server that is away for a while costs a task nothing but time.
tasks::handler_terms patient(std::chrono::milliseconds timeout = run_ms_max) {
    return {.retries = tasks::backoff_rules({{"*", {.base = 1s, .most = 10min, .tries_max = 10}}}),
            .timeout = timeout};
}

void send_welcome(const task_ground& on, const identity::welcome& to) {
    if (on.with.mail_directory.empty())
        return on.log.warn("mail not written", {{"reason", "HEADROOM_MAIL_DIRECTORY is not set"},
                                                {"user_id", to.user_id}});
    identity::write_mail(on.with.mail_directory, to);
}

task<void> delete_tenant_data(task_ground on, std::string slug) {
    const auto tenant = persistence::tenant_id::parse(slug);
    if (!tenant)
        throw tasks::task_failed("ValueError", "its argument is no tenant", "builtins").for_good();
    actor by;
    by.name = tenancy::deletion_task;
    co_await tenancy::delete_data(on.tenants, on.over, *tenant, std::move(by),
                                  deadline::after(run_ms_max));
}

/// The number of agents of whose keys some have expired.
task<std::int64_t> expire_keys(task_ground on) {
    const auto lifetime = on.with.key_lifetime;
    if (lifetime.count() == 0) co_return 0;
    const auto now =
        std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    actor by;
    by.name = identity::key_expiry_task;
    const auto agents = co_await identity::expire_old_keys(
        on.agents, on.over, now - lifetime, std::move(by), deadline::after(expiry_ms_max));
    on.log.info("keys expired", {{"agents", agents}});
    co_return agents;
}

}  // namespace

tasks::handlers all_handlers(const task_ground& on) {
    tasks::handlers made;
    made.handle<std::string, std::string, std::string>(
        identity::welcome_task, {"user_id", "email", "name"},
        [on](tasks::task_context&, std::string user, std::string email, std::string name) {
            send_welcome(on, {std::move(user), std::move(email), std::move(name)});
        },
        patient());
    made.handle<std::string>(
        tenancy::deletion_task, {"tenant"},
        [on](tasks::task_context&, std::string tenant) {
            return delete_tenant_data(on, std::move(tenant));
        },
        patient());
    made.handle<>(
        identity::key_expiry_task, {}, [on](tasks::task_context&) { return expire_keys(on); },
        patient(expiry_ms_max));
    return made;
}

}  // namespace headroom::service
