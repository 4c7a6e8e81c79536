#include "service/identity/agent_service.hpp"

#include "service/identity/values.hpp"
#include "service/short_text.hpp"
#include "service/value_check.hpp"

namespace headroom::service::identity {
namespace {

timestamp now() {
    return std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
}

}  // namespace

template <class Command>
task<outcome<done>> agent_service::execute(eventsourcing::stream_id agent, Command command,
                                           actor by, deadline until) const {
    co_return co_await service::execute(
        all_, agent, std::move(by), command.tenant_id, until,
        [&](const identity::agent& now) { return decide(now, command); });
}

task<outcome<registered_agent>> agent_service::run(register_agent command, actor by,
                                                   deadline until) const {
    value_check all;
    all.hear(check_agent_type(command.agent_type_id));
    all.take(command.display_name, short_text("display_name", command.display_name));
    if (auto fault = std::move(all).refusal()) co_return std::unexpected(*std::move(fault));
    const auto id = eventsourcing::new_uuid();
    auto result = co_await execute(id, std::move(command), std::move(by), until);
    if (!result) co_return std::unexpected(std::move(result.error()));
    co_return registered_agent{id, *result};
}

task<outcome<done>> agent_service::run(eventsourcing::stream_id agent, suspend_agent command,
                                       actor by, deadline until) const {
    return execute(agent, std::move(command), std::move(by), until);
}

task<outcome<done>> agent_service::run(eventsourcing::stream_id agent, reactivate_agent command,
                                       actor by, deadline until) const {
    return execute(agent, std::move(command), std::move(by), until);
}

task<outcome<done>> agent_service::run(eventsourcing::stream_id agent, expire_keys command,
                                       actor by, deadline until) const {
    return execute(agent, std::move(command), std::move(by), until);
}

task<outcome<done>> agent_service::run(eventsourcing::stream_id agent, rehash_key command,
                                       actor by, deadline until) const {
    return execute(agent, std::move(command), std::move(by), until);
}

task<outcome<done>> agent_service::run(eventsourcing::stream_id agent, revoke_key command,
                                       actor by, deadline until) const {
    command.at = now();
    return execute(agent, std::move(command), std::move(by), until);
}

template <class Command>
task<outcome<issued_key>> agent_service::with_key(eventsourcing::stream_id agent, Command command,
                                                  actor by, deadline until) const {
    auto key = auth::make_api_key();
    command.key_id = key.id;
    command.key_hash = auth::api_key_hash(key.value, pepper_);
    command.at = now();
    auto result = co_await execute(agent, std::move(command), std::move(by), until);
    if (!result) co_return std::unexpected(std::move(result.error()));
    co_return issued_key{std::move(key.id), std::move(key.text), *result};
}

task<outcome<issued_key>> agent_service::make(eventsourcing::stream_id agent, issue_key command,
                                              actor by, deadline until) const {
    return with_key(agent, std::move(command), std::move(by), until);
}

task<outcome<issued_key>> agent_service::make(eventsourcing::stream_id agent, rotate_key command,
                                              actor by, deadline until) const {
    return with_key(agent, std::move(command), std::move(by), until);
}

}  // namespace headroom::service::identity
