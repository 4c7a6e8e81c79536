// persistence/detail/visit_home.hpp: what a visit has before it opens anything: addresses, a budget
// made for it, and a thread that drives its connection.
#pragma once
#include <vector>

#include "headroom/budget/book.hpp"
#include "headroom/persistence/visit.hpp"
#include "headroom/runtime/reactor.hpp"

namespace headroom::persistence::detail {

class visit_home {
public:
    /// Resolves the target's name, each address a target. Throws resolve_error, connection_lost.
    visit_home(const visit_terms& terms, deadline until);
    ~visit_home() { home_.stop(); }
    visit_home(const visit_home&) = delete;
    visit_home& operator=(const visit_home&) = delete;

    const std::vector<connect_info>& targets() const noexcept { return targets_; }
    reactor& home() noexcept { return home_; }
    /// A unit of the connections; one for each address, because an attempt that was given up keeps
    /// its own until the server's end of it is known.
    budget::lease unit();
    /// What is open or closing now. From any thread.
    unsigned held() const { return connections_.held(); }

private:
    const std::vector<connect_info> targets_;
    budget::book book_;
    budget::grant connections_, thread_;
    reactor home_{"visit"};
};

}  // namespace headroom::persistence::detail
