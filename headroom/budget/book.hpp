// budget/book.hpp: all ledgers of one process, and the one plan they were opened from.
//
// `main` declares every consumer, the book sums them up as a plan, and after admission each part
// takes the grant of each consumer it declared, exactly once. The plan is therefore computed from
// the objects that open things: a consumer nobody takes is a ghost, and ghosts() names it.
#pragma once
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/budget/ledger.hpp"
#include "headroom/budget/plan.hpp"

namespace headroom::budget {

/// Which of a part's consumers is meant; returned by declare(), given to take().
struct declared {
    std::size_t index = 0;
};

/// Declare everything first, from one thread; then take() from any.
class book {
public:
    book() = default;
    book(const book&) = delete;
    book& operator=(const book&) = delete;

    /// Enters a resource with its limit and the reserve this process shares among its bursts.
    void declare(resource of);
    /// Enters a consumer. Requires a unique name and a declared resource.
    declared declare(consumer claimant);
    /// Replaces what is known of a resource's limit, once it has been read.
    void learn(std::string_view named, figure limit, unsigned reserved);
    /// Replaces a consumer's sizes and a resource's reserve: how `clamp` cuts, before any take().
    void cut(std::string_view named, unsigned pool);
    void cut_reserve(std::string_view named, unsigned reserve);

    /// The plan of what was declared. What `headroom-service plan` prints.
    const plan& planned() const noexcept { return plan_; }

    /// floors + reserve of one process, of all consumers that may be open together.
    unsigned ceiling(std::string_view named) const;

    /// The ledger of a resource, created at its first use with the ceiling of the plan, or with
    /// `born_with` units when the real limit is still to be read (see open_ledgers).
    ledger& of(std::string_view named);
    /// Gives a ledger fewer units than planned until open_ledgers() is called.
    void restrict(std::string_view named, unsigned born_with);
    /// Resizes every ledger to its planned ceiling. Refused when floors do not fit.
    result<void> open_ledgers();

    /// Takes a consumer's grant: floor = pool x instances, burst = what its overflow allows, at
    /// most the reserve when shared. Asserts that it was not taken before.
    result<grant> take(declared which);
    result<grant> take(std::string_view named);

    /// Declared consumers of the steady phase whose grant nobody took.
    std::vector<std::string> ghosts() const;
    std::vector<ledger_snapshot> snapshot() const;

private:
    plan plan_;
    mutable std::mutex mutex_;
    std::map<std::string, std::unique_ptr<ledger>, std::less<>> ledgers_;
    std::map<std::string, unsigned, std::less<>> restricted_;
    std::vector<bool> taken_;
};

}  // namespace headroom::budget
