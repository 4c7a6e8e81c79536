#include "service/identity/key_expiry.hpp"

#include <stdexcept>

namespace headroom::service::identity {
namespace {

using persistence::statement;
using persistence::tenant_id;

constexpr statement page_of_tenants(
    "select slug from tenants where slug > $1 order by slug limit $2");
constexpr statement page_of_agents(R"(
select distinct agent_id from agent_api_key_registry
where status = 'active' and created_at < $1 and agent_id > $2 order by agent_id limit $3)");

class expiry {
public:
    expiry(const agent_service& agents, const persistence::lanes& over, timestamp issued_before,
           actor by, deadline until)
        : agents_(agents), over_(over), issued_before_(issued_before), by_(std::move(by)),
          until_(until) {}

    task<std::int64_t> run() {
        for (std::string last;;) {
            const auto page = co_await over_.reads().all<std::string>(page_of_tenants, until_, last,
                                                                      expiry_tenants_page);
            if (page.empty()) co_return expired_;
            for (const auto& slug : page)
                if (const auto tenant = tenant_id::parse(slug)) co_await of_tenant(*tenant);
            last = page.back();
        }
    }

private:
    // A page begins after the last agent: the read model may not show yet what was expired.
    task<void> of_tenant(tenant_id tenant) {
        for (persistence::uuid last{};;) {
            const auto page = co_await over_.reads().all<persistence::uuid>(
                tenant, page_of_agents, until_, issued_before_, last, expiry_agents_page);
            if (page.empty()) co_return;
            for (const auto& agent : page) co_await of_agent(tenant, agent);
            last = page.back();
        }
    }

    task<void> of_agent(const tenant_id& tenant, eventsourcing::stream_id agent) {
        const auto now =
            std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
        for (bool any = false;; any = true) {
            const auto made = co_await agents_.run(
                agent, expire_keys{tenant.text(), issued_before_, now}, by_, until_);
            if (!made) throw std::runtime_error(made.error().detail);
            if (!made->changed()) {
                expired_ += any;
                co_return;
            }
        }
    }

    const agent_service& agents_;
    const persistence::lanes& over_;
    const timestamp issued_before_;
    const actor by_;
    const deadline until_;
    std::int64_t expired_ = 0;
};

}  // namespace

tasks::schedule key_expiry_schedule() {
    tasks::schedule made;
    made.task_name = key_expiry_task;
    made.schedule_id = key_expiry_task;
    made.cron = key_expiry_cron;
    return made;
}

task<std::int64_t> expire_old_keys(const agent_service& agents, const persistence::lanes& over,
                                   timestamp issued_before, actor by, deadline until) {
    expiry one(agents, over, issued_before, std::move(by), until);
    co_return co_await one.run();
}

}  // namespace headroom::service::identity
