// service/server_watch.hpp: what follows when the server is not what it was: its limits, who holds
// its slots, whether it is a primary.
#pragma once
#include <optional>

#include "headroom/budget/book.hpp"
#include "headroom/observability/logger.hpp"
#include "headroom/persistence/control.hpp"
#include "headroom/persistence/database.hpp"
#include "headroom/persistence/limit_watch.hpp"

namespace headroom::service {

/// Looks each time control has read the facts, and makes room for it where the server is full of
/// our own loans. Everything on control's reactor; outlives control's loop.
class server_watch {
public:
    /// `bounded`: the ledger follows what is usable; false under the policy `warn`, which promises
    /// no bound.
    server_watch(budget::book& book, const observability::logger& log, bool bounded)
        : book_(book), log_(log), bounded_(bounded) {}

    /// From now on every reading of `control` is looked at. Requires that the plan was admitted.
    void begin(persistence::control& control);
    /// Tells `db` too, until it is told null.
    void tell(persistence::database* db);

private:
    /// Which server answers, and which history of it: what a pool may have connections to.
    struct identity {
        std::string system_identifier;
        budget::figure timeline;
        bool standby = false;
        bool operator==(const identity&) const = default;
    };
    static identity of(const persistence::server_facts& found);

    void look(const persistence::server_facts& found);
    void follow_identity(const persistence::server_facts& found);
    void make_room(const persistence::server_error& refused);
    void follow_limits(const persistence::server_facts& found);
    void resize(unsigned ceiling);

    budget::book& book_;
    const observability::logger& log_;
    const bool bounded_;
    persistence::control* control_ = nullptr;
    persistence::database* db_ = nullptr;
    std::optional<persistence::limit_watch> limits_;
    unsigned floors_ = 0;                    // of the ledger
    std::optional<unsigned> recalled_from_;  // its ceiling, while control has no room
    identity was_;
};

}  // namespace headroom::service
