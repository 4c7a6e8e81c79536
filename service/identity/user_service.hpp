// identity/user_service.hpp: the commands of users.
//
// A user's stream follows from issuer and subject, so the stream is the registry of subjects: of
// two first sign-ins at once, one begins the stream and the other finds the user it wanted.
#pragma once
#include "headroom/persistence/tenant.hpp"
#include "service/actor.hpp"
#include "service/command_result.hpp"
#include "service/identity/decide.hpp"
#include "service/task_requests.hpp"

namespace headroom::service::identity {

eventsourcing::stream_id user_stream(std::string_view issuer, std::string_view subject);

struct provisioned_user {
    eventsourcing::stream_id id;
    done at;
};

/// Usable from every reactor. Checks the values of its commands. Throws what the store throws.
class user_service {
public:
    explicit user_service(eventsourcing::event_store& store, task_requests ask = {})
        : all_(store), ask_(std::move(ask)) {}

    /// A new user with an address is asked to be welcomed.
    task<outcome<provisioned_user>> run(provision_user command, actor by, deadline until) const;
    task<outcome<done>> run(eventsourcing::stream_id user, update_profile command, actor by,
                            deadline until) const;
    task<outcome<done>> run(eventsourcing::stream_id user, update_preferences command, actor by,
                            deadline until) const;

private:
    template <class Command>
    task<outcome<done>> execute(eventsourcing::stream_id user, Command command, actor by,
                                deadline until,
                                std::vector<eventsourcing::append_guard> guards = {}) const;

    eventsourcing::repository<users> all_;
    task_requests ask_;
};

}  // namespace headroom::service::identity
