// fleet/backend_match.hpp: whose connection a live backend is, according to a plan.
//
// Three ways, the most telling first: headroom's own application_name, which ends in the consumer's
// name; the consumer's `application_name` pattern; its database role. Consumers that nobody can
// tell apart (same pattern, same role) are one party: their declared sizes are added. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "headroom/budget/plan.hpp"
#include "headroom/persistence/server_facts.hpp"

namespace headroom::fleet {

/// `*` stands for any characters, `?` for one. Linear in practice, bounded by both lengths.
bool matches(std::string_view pattern, std::string_view text) noexcept;

/// Consumers that live connections cannot tell apart, usually one.
struct party {
    std::vector<std::string> consumers;
    std::string application_name, role;  ///< how they are recognised; both may be empty
    budget::figure declared;             ///< the most all processes may hold, while a deploy rolls
    std::uint64_t floor = 0;             ///< of it, what they hold at rest
    bool borrows = false;                ///< may hold units of the reserve besides
    bool steady = true;                  ///< expected to be there; a deploy's consumer is not
    std::uint64_t live = 0;              ///< backends that are theirs
    std::uint64_t peak = 0;              ///< the most that were live at once, over all looks

    std::string name() const;  ///< "web.engine", "web.engine + web.sync"
};

inline constexpr std::size_t nobody = static_cast<std::size_t>(-1);

struct attribution {
    std::vector<party> parties;
    std::vector<std::size_t> of_backend;  ///< index of the party, or `nobody`, for each backend
};

/// Attributes every backend but our own. Consumers of other resources are ignored.
attribution attribute(const std::vector<persistence::backend>& live, const budget::plan& declared,
                      std::string_view resource);

/// The consumer part of `system/role/member/consumer`; empty when the name has another form.
std::string_view consumer_part(std::string_view application_name) noexcept;

}  // namespace headroom::fleet
