#include "service/task_server_check.hpp"

#include <fmt/format.h>

namespace headroom::service {
namespace {

constexpr std::string_view policy_field = "maxmemory_policy:", sound_policy = "noeviction";

std::string policy_in(std::string_view info) {
    const auto at = info.find(policy_field);
    if (at == info.npos) return {};
    const auto from = info.substr(at + policy_field.size());
    return std::string(from.substr(0, from.find_first_of("\r\n")));
}

}  // namespace

task<start_findings> check_task_server(redis::mux& on, deadline until) {
    start_findings found;
    std::string policy;
    try {
        const auto said =
            co_await on.run(redis::command("INFO", "memory"), until, redis::sending::repeatable);
        policy = policy_in(said.text());
    } catch (const redis::server_error& refused) {
        if (!refused.is(redis::code::no_permission)) throw;
    }
    if (policy.empty())
        found.warnings.emplace_back(
            "TASKIQ_REDIS_URL: whether the server evicts tasks is not known: allow +info");
    else if (policy != sound_policy)
        found.faults.push_back(
            fmt::format("TASKIQ_REDIS_URL: the server's maxmemory-policy is {}, which evicts tasks "
                        "when its memory is full: set it to {}, or give the tasks a Redis of their "
                        "own", policy, sound_policy));
    co_return found;
}

}  // namespace headroom::service
