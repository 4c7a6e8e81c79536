// persistence/kept_visit.hpp: a visit that stays: one connection, kept between calls.
#pragma once
#include <functional>
#include <memory>

#include "headroom/persistence/visit.hpp"

namespace headroom::persistence {

/// Never has a second connection at an address: one that failed is left to end, and nothing else
/// is opened until gone(). Used by one thread, never a reactor's.
class kept_visit {
public:
    /// Nothing is opened yet. `goodbye`: how long leaving waits until the server has let go.
    explicit kept_visit(visit_terms terms, std::chrono::milliseconds goodbye = goodbye_ms_max);
    /// Closes and waits until the server has let go, or `goodbye` is over.
    ~kept_visit();
    kept_visit(const kept_visit&) = delete;
    kept_visit& operator=(const kept_visit&) = delete;

    /// Runs `body` on the connection, on a thread of the visit's own; opens it first when there is
    /// none, which requires gone(). Each address of a name is tried once, one after the other,
    /// until one answers, and one that keeps silent leaves the others their share of the time
    /// until `open_by`; `body` has its own deadline. Throws what the last attempt or `body` threw,
    /// and resolve_error; after that the connection is given up.
    void call(const std::function<task<void>(connection&)>& body, deadline open_by);

    /// The server holds nothing of ours any more, or never did.
    bool gone() const;

private:
    struct body;
    const visit_terms terms_;
    const std::chrono::milliseconds goodbye_;
    std::unique_ptr<body> body_;  // none: nothing was opened since all was gone
};

}  // namespace headroom::persistence
