// fleet/pooler_probe.hpp: the eye that looks at a PgBouncer's console, over one connection.
#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "headroom/fleet/audit_page.hpp"
#include "headroom/fleet/pooler_audit.hpp"
#include "headroom/fleet/sightings.hpp"
#include "headroom/persistence/connect_info.hpp"
#include "headroom/persistence/console.hpp"
#include "headroom/runtime/deadline.hpp"
#include "headroom/runtime/name_resolver.hpp"

namespace headroom::fleet {

/// For server_watch.hpp. Signs in at the console, whatever database the address names; a user of
/// stats_users or admin_users may. Its connection is in none of the figures. Blocks; never from a
/// reactor.
class pooler_eye {
public:
    using facts = pooler_facts;

    /// `goodbye`: how long leave() waits until the pooler has let go.
    pooler_eye(const persistence::connect_info& at, blocking_resolver& names,
               std::chrono::milliseconds goodbye);

    facts look(const facts* before, deadline until);
    /// SHOW LISTS alone; none where it does not say.
    std::optional<client_count> count(deadline until);
    look_failure explain(const std::exception_ptr& failed) const;
    bool gone() const { return !visit_ || visit_->gone(); }
    void leave() { visit_.reset(); }

private:
    std::vector<persistence::console_table> ask(std::span<const std::string_view> commands,
                                                deadline until);

    const persistence::visit_terms terms_;
    const std::chrono::milliseconds goodbye_;
    std::unique_ptr<persistence::console_visit> visit_;
};

/// An audit, or why there is none.
struct pooler_outcome : look_outcome {
    std::optional<pooler_audit> audit;
};

audit_page page_of(const pooler_outcome& of);

}  // namespace headroom::fleet
