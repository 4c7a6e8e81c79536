// service/process.hpp: what every long-lived process is, whatever its duty: a budget that was
// admitted, threads, a control connection, and a start that is arithmetic first.
#pragma once
#include <functional>

#include "headroom/budget/book.hpp"
#include "headroom/observability/logger.hpp"
#include "headroom/observability/redactor.hpp"
#include "headroom/persistence/admission.hpp"
#include "headroom/persistence/control.hpp"
#include "headroom/persistence/database.hpp"
#include "headroom/persistence/redis/shared_server.hpp"
#include "headroom/runtime/runtime.hpp"
#include "service/blueprint.hpp"
#include "service/fleet_member.hpp"
#include "service/parts.hpp"
#include "service/server_watch.hpp"
#include "service/starting.hpp"

namespace headroom::service {

/// What the start was given, all of it alive until the process ends.
struct process_terms {
    const settings& with;
    service::duty duty;
    budget::book& book;  ///< declared from `with`
    const observability::redactor& hiding;
    const observability::logger& log;
    persistence::application_name member;  ///< of this process; the consumer is filled in
};

/// Constructed on `main` before anything is open; admit(), join(), check() and run() follow in this
/// order.
class process {
public:
    explicit process(const process_terms& terms);
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    /// Reads the limits over control, decides, and opens the ledgers. An exit code; says why.
    int admit(deadline until);
    /// Takes its share of the server from the fleet's ledger. Likewise.
    int join(deadline until);
    /// Looks once at schema and roles, by a connection that is closed again. Likewise.
    int check(deadline until);
    /// Runs the parts until a signal; control goes last.
    int run(persistence::database& db, std::vector<part*> parts);

    const settings& with() const noexcept { return is_.with; }
    service::duty duty() const noexcept { return is_.duty; }
    budget::book& book() noexcept { return is_.book; }
    const observability::redactor& hiding() const noexcept { return is_.hiding; }
    const observability::logger& log() const noexcept { return is_.log; }
    runtime& on() noexcept { return on_; }
    reactor& home() noexcept { return on_.home(); }
    std::vector<reactor*> reactors();
    persistence::control& control() noexcept { return control_; }
    /// Once it has joined.
    const fleet::membership& fleet() noexcept { return *member_.membership(); }
    /// To the server itself, and the way of queries: the same, or a pooler.
    persistence::door& door() noexcept { return door_; }
    persistence::door& query_door() noexcept { return pooler_door_ ? *pooler_door_ : door_; }
    persistence::door& projector_door() noexcept { return projector_door_; }
    /// The consumer is to be filled in.
    const persistence::application_name& member() const noexcept { return is_.member; }
    /// Null where there is none.
    redis::shared_server* redis() noexcept { return redis_.get(); }
    persistence::database_terms database_terms() const;
    /// The grant of a consumer. Throws budget::refused.
    budget::grant take(const char* consumer);

private:
    start_ground ground() noexcept { return {on_, is_.hiding, is_.log}; }
    void look_after(persistence::closing_room& room);
    void tell_watch(persistence::database* db);
    std::string named(const char* consumer) const;

    const process_terms is_;
    runtime on_;
    budget::grant event_sockets_;
    std::vector<budget::lease> held_;  // descriptors of every connection of events there may be
    persistence::door door_, projector_door_;
    std::optional<persistence::door> pooler_door_;
    persistence::control control_;
    server_watch watch_;
    control_part keeper_;
    std::unique_ptr<redis::shared_server> redis_;
    fleet_member member_;
};

/// From the settings to the exit code: declares, admits, checks, and lets `work` make its parts and
/// run() them. Says on stderr why not. Called once, on `main`, before any other thread exists.
int run_process(const settings& with, duty of, const std::function<int(process&)>& work);

}  // namespace headroom::service
