#include "service/identity/user_service.hpp"

#include "headroom/eventsourcing/name_uuid.hpp"
#include "service/identity/values.hpp"
#include "service/identity/welcome.hpp"
#include "service/short_text.hpp"
#include "service/value_check.hpp"

namespace headroom::service::identity {
namespace {

/// Every value checked, or what is wrong with them.
std::optional<domain_error> check(provision_user& command) {
    value_check all;
    all.hear(check_issuer(command.issuer));
    all.hear(check_subject(command.oidc_sub));
    if (command.email && command.email->empty()) command.email.reset();
    if (command.email) all.hear(check_email(*command.email));
    if (command.name && !command.name->empty())
        all.take(*command.name, short_text("name", *command.name));
    return std::move(all).refusal();
}

}  // namespace

eventsourcing::stream_id user_stream(std::string_view issuer, std::string_view subject) {
    static const auto space =
        eventsourcing::name_uuid(eventsourcing::dns_namespace, "users.headroom");
    return eventsourcing::name_uuid(
        space, std::to_string(issuer.size()) + ":" + std::string(issuer) + std::string(subject));
}

template <class Command>
task<outcome<done>> user_service::execute(eventsourcing::stream_id user, Command command, actor by,
                                          deadline until,
                                          std::vector<eventsourcing::append_guard> guards) const {
    co_return co_await service::execute(
        all_, user, std::move(by), command.tenant_id, until,
        [&](const identity::user& now) { return decide(now, command); }, std::move(guards));
}

task<outcome<provisioned_user>> user_service::run(provision_user command, actor by,
                                                  deadline until) const {
    if (auto fault = check(command)) co_return std::unexpected(*std::move(fault));
    const auto id = user_stream(command.issuer, command.oidc_sub);
    std::vector<eventsourcing::append_guard> welcomed;
    if (command.email)
        welcomed = ask_.of(by, welcome_task, eventsourcing::to_string(id), *command.email,
                           command.name.value_or(""));
    auto result = co_await execute(id, std::move(command), std::move(by), until,
                                   std::move(welcomed));
    if (!result) co_return std::unexpected(std::move(result.error()));
    co_return provisioned_user{id, *result};
}

task<outcome<done>> user_service::run(eventsourcing::stream_id user, update_profile command,
                                      actor by, deadline until) const {
    auto name = short_text("display_name", command.display_name);
    if (!name) co_return std::unexpected(std::move(name.error()));
    command.display_name = *std::move(name);
    co_return co_await execute(user, std::move(command), std::move(by), until);
}

task<outcome<done>> user_service::run(eventsourcing::stream_id user, update_preferences command,
                                      actor by, deadline until) const {
    return execute(user, std::move(command), std::move(by), until);
}

}  // namespace headroom::service::identity
