// identity/key_expiry.hpp: API keys that are too old are revoked, once a night.
#pragma once
#include "headroom/persistence/lanes.hpp"
#include "headroom/tasks/wire/schedule.hpp"
#include "service/identity/agent_service.hpp"

namespace headroom::service::identity {

/// The task, and the id of the schedule that asks for it.
inline constexpr char key_expiry_task[] = "identity:expire_keys";
/// 3:30 in UTC.
inline constexpr char key_expiry_cron[] = "30 3 * * *";

tasks::schedule key_expiry_schedule();

inline constexpr std::int64_t expiry_tenants_page = 200, expiry_agents_page = 100;

/// Goes over all tenants, a page of them and of their agents at a time, and expires the keys that
/// were issued before then: the read model finds the agents, each agent's events decide. What is
/// done stays done when this ends early, and the next call goes on. Answers of how many agents keys
/// have expired. Throws std::runtime_error when an agent refuses, and as the store and lanes do.
task<std::int64_t> expire_old_keys(const agent_service& agents, const persistence::lanes& over,
                                   timestamp issued_before, actor by, deadline until);

}  // namespace headroom::service::identity
