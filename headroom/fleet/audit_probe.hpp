// fleet/audit_probe.hpp: the eye that looks at a PostgreSQL server, over one connection.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headroom/fleet/live_audit.hpp"
#include "headroom/fleet/sightings.hpp"
#include "headroom/persistence/connect_info.hpp"
#include "headroom/persistence/kept_visit.hpp"
#include "headroom/runtime/deadline.hpp"
#include "headroom/runtime/name_resolver.hpp"

namespace headroom::fleet {

/// For server_watch.hpp. Signs in at the first address that answers; its connection is in none of
/// the figures. Blocks; never from a reactor.
class postgres_eye {
public:
    using facts = persistence::server_facts;

    /// `goodbye`: how long leave() waits until the server has let go.
    postgres_eye(const persistence::connect_info& at, blocking_resolver& names,
                 std::chrono::milliseconds goodbye);

    /// The client sessions alone where everything else was read `before`.
    facts look(const facts* before, deadline until);
    std::optional<client_count> count(deadline until);
    look_failure explain(const std::exception_ptr& failed) const;
    bool gone() const { return !visit_ || visit_->gone(); }
    void leave() { visit_.reset(); }

private:
    void call(const std::function<task<void>(persistence::connection&)>& body, deadline until);

    const persistence::visit_terms terms_;
    const std::chrono::milliseconds goodbye_;
    std::unique_ptr<persistence::kept_visit> visit_;
};

/// An audit, or why there is none.
struct audit_outcome : look_outcome {
    std::optional<live_audit> audit;
};

/// Two addresses may lead to one server.
bool same_server(const persistence::server_facts& a, const persistence::server_facts& b);
/// Two addresses of one server are two plans on one limit: says so on each.
void mark_same_servers(std::vector<audit_outcome>& all);

}  // namespace headroom::fleet
