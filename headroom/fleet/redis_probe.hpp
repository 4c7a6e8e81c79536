// fleet/redis_probe.hpp: the eye that looks at a Redis, over one connection.
#pragma once
#include <memory>
#include <optional>
#include <string>

#include "headroom/budget/ledger.hpp"
#include "headroom/fleet/audit_page.hpp"
#include "headroom/fleet/redis_audit.hpp"
#include "headroom/fleet/sightings.hpp"
#include "headroom/persistence/redis/connect_info.hpp"
#include "headroom/runtime/deadline.hpp"
#include "headroom/runtime/name_resolver.hpp"

namespace headroom::fleet {

class wire;
struct wire_target;

/// For server_watch.hpp. Signs in at the first address that answers; asks INFO, four settings and
/// CLIENT LIST, and between two lists INFO alone. Its connection is in none of the figures. Blocks.
class redis_eye {
public:
    using facts = redis_facts;

    /// `goodbye`: how long leave() waits until the server has let go.
    redis_eye(redis::connect_info at, blocking_resolver& names, std::chrono::milliseconds goodbye);
    ~redis_eye();

    /// INFO and the clients alone where the settings were read `before`.
    facts look(const facts* before, deadline until);
    /// None where the user may not ask INFO.
    std::optional<client_count> count(deadline until);
    look_failure explain(const std::exception_ptr& failed) const;
    bool gone();
    void leave();

private:
    class visitor;

    /// Runs `ask` on the connection, which is given up when it throws.
    template <class Ask>
    auto with_visitor(deadline until, Ask ask);
    void open(deadline until);
    void open_at(const wire_target& to, deadline until);
    void give_up() noexcept;

    const redis::connect_info at_;
    blocking_resolver& names_;
    const std::chrono::milliseconds goodbye_;
    budget::ledger ledger_{"redis", 1};
    budget::grant share_ = ledger_.open({"fleet.audit", 1, 0}).value();
    std::unique_ptr<visitor> on_;
    std::unique_ptr<wire> closing_;  // its end is not known yet
};

/// An audit, or why there is none.
struct redis_outcome : look_outcome {
    std::optional<redis_audit> audit;
};

audit_page page_of(const redis_outcome& of);

}  // namespace headroom::fleet
