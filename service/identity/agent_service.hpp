// identity/agent_service.hpp: the commands of agents and of their keys.
#pragma once
#include "headroom/auth/api_key.hpp"
#include "service/actor.hpp"
#include "service/command_result.hpp"
#include "service/identity/decide.hpp"

namespace headroom::service::identity {

struct registered_agent {
    eventsourcing::stream_id id;
    done at;
};
/// The only time the key's text is seen.
struct issued_key {
    std::string key_id;
    secret text;
    done at;
};

/// Usable from every reactor. Checks the values of its commands. Throws what the store throws.
class agent_service {
public:
    agent_service(eventsourcing::event_store& store, secret pepper)
        : all_(store), pepper_(std::move(pepper)) {}

    task<outcome<registered_agent>> run(register_agent command, actor by, deadline until) const;
    task<outcome<done>> run(eventsourcing::stream_id agent, suspend_agent command, actor by,
                            deadline until) const;
    task<outcome<done>> run(eventsourcing::stream_id agent, reactivate_agent command, actor by,
                            deadline until) const;
    /// A key's id, hash and time are made here.
    task<outcome<issued_key>> make(eventsourcing::stream_id agent, issue_key command, actor by,
                                   deadline until) const;
    task<outcome<issued_key>> make(eventsourcing::stream_id agent, rotate_key command, actor by,
                                   deadline until) const;
    /// Now, whatever time the command says.
    task<outcome<done>> run(eventsourcing::stream_id agent, revoke_key command, actor by,
                            deadline until) const;

    /// Asked again until no key of the agent is so old.
    task<outcome<done>> run(eventsourcing::stream_id agent, expire_keys command, actor by,
                            deadline until) const;

    /// `key_hash` is under the pepper already.
    task<outcome<done>> run(eventsourcing::stream_id agent, rehash_key command, actor by,
                            deadline until) const;

    /// The agent as it is now, by its events; version 0: there is none.
    task<eventsourcing::loaded<agents>> load(eventsourcing::stream_id agent, deadline until) const {
        return all_.load(agent, until);
    }

private:
    template <class Command>
    task<outcome<done>> execute(eventsourcing::stream_id agent, Command command, actor by,
                                deadline until) const;
    template <class Command>
    task<outcome<issued_key>> with_key(eventsourcing::stream_id agent, Command command, actor by,
                                       deadline until) const;

    eventsourcing::repository<agents> all_;
    const secret pepper_;
};

}  // namespace headroom::service::identity
