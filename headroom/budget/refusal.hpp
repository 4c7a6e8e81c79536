// budget/refusal.hpp: what is answered instead of a unit, with every figure needed to act on it.
#pragma once
#include <chrono>
#include <cstdint>
#include <expected>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace headroom::budget {

/// What one consumer holds of a resource, as a refusal or a report names it.
struct holding {
    std::string consumer;
    unsigned held = 0;
    bool operator==(const holding&) const = default;
};

/// Why a unit was not given. Each is a different thing to do for the one who reads it.
enum class refusal_reason {
    over_ceiling,   ///< a floor did not fit under the ceiling: the plan is too large
    exhausted,      ///< nothing free at once, and the caller may not or did not wish to wait
    holds_already,  ///< the caller holds a unit: queueing could wait on itself (design law 5)
    timed_out,      ///< waited until its deadline
    queue_full,     ///< too many wait already, or the wait is hopeless (load is shed)
    closing,        ///< the owner is being stopped
};

std::string to_string(refusal_reason reason);

/// What else a refusal should tell: a line for those who run the service, and its figures for the
/// one who called, who is shown nobody's name.
struct fact {
    std::string line;
    std::vector<std::pair<std::string, std::uint64_t>> figures;

    /// Lines are joined by "; ".
    void add(const fact& more);
};

/// Asked whenever a unit is refused, from any thread.
using fact_source = std::function<fact()>;

/// A request that did not fit. A value: copy it into a log record, a problem reply or an error.
struct refusal {
    refusal_reason reason = refusal_reason::exhausted;
    std::string resource;           ///< "postgres"
    std::string consumer;           ///< who asked: "persistence.sessions"
    unsigned asked = 1;             ///< units
    unsigned held = 0;              ///< units out of the ledger now, closing ones included
    unsigned limit = 0;             ///< the ledger's ceiling
    unsigned waiting = 0;           ///< callers in the same queue
    std::chrono::milliseconds waited{0};
    std::vector<holding> holders;   ///< largest first
    fact more;                      ///< e.g. the oldest holder and its statement

    /// One line: "postgres: persistence.sessions asked for 1, 12 of 12 are held, 3 wait ...".
    std::string message() const;
};

/// Test it where a refusal is an answer; call value(), which throws, where it ends the program.
template <class T>
using result = std::expected<T, refusal>;

/// The same refusal as an exception, for calls whose caller cannot go on without an answer.
class refused : public std::runtime_error {
public:
    explicit refused(refusal why) : std::runtime_error(why.message()), why_(std::move(why)) {}
    const refusal& why() const noexcept { return why_; }

private:
    refusal why_;
};

}  // namespace headroom::budget
