// budget/plan.hpp: the sum over consumers, processes, replicas and surge, before anything opens.
//
// One arithmetic serves an operator's manifest and a running service: both fill in a plan, the
// former from YAML, the latter from the very objects that will open the connections. Pure: no I/O,
// no clock, no state. Thread-safe as any value: concurrent reads only.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::budget {

/// The largest number a plan accepts for any single figure; above it is a typing error.
inline constexpr unsigned figure_max = 1'000'000;

/// A number of units, or nothing where nobody can name one: unbounded, or a library's default.
using figure = std::optional<std::uint64_t>;

enum class overflow_kind { fixed, shared, unbounded };

/// What a consumer may open beyond its pool.
struct overflow_terms {
    overflow_kind kind = overflow_kind::fixed;
    unsigned units = 0;  ///< of a fixed one
    bool operator==(const overflow_terms&) const = default;
};

/// How often a consumer exists.
enum class multiplicity { process, replica, deployment };

/// When a consumer is open. `start` closes before its process's steady phase opens; `deploy` runs
/// once beside everything else.
enum class phase { start, steady, deploy };

/// A named claimant on a resource: one row of the plan.
struct consumer {
    std::string name;      ///< "persistence.sessions", unique in a plan
    std::string package;   ///< "persistence"
    std::string resource;  ///< "postgres", "postgres:reports", "redis", "threads" ...
    figure pool = 0;       ///< floor, open at rest; none: a library's default
    overflow_terms overflow;
    figure estimate;         ///< a guess where the pool is unknown or unbounded
    unsigned instances = 1;  ///< e.g. one per projection
    multiplicity per = multiplicity::process;
    phase when = phase::steady;
    std::vector<std::string> settings;  ///< that change pool (first) and overflow (second)
    bool hardcoded = false;             ///< no setting changes it
    std::string role;                   ///< the database role it signs in as, if it matters
    bool waits_on_nobody = false;       ///< see budget::terms
    bool served_first = false;          ///< see budget::terms
    unsigned minimum = 1;               ///< the least the pool of an instance may be cut to
    std::string application_name;       ///< how its connections are called, `*` and `?` allowed

    bool shared() const noexcept { return overflow.kind == overflow_kind::shared; }
    /// The most one instance can open: pool + overflow; the pool alone when its burst is shared
    /// (the reserve is a row of its own); none when unbounded or unknown.
    figure max() const noexcept;
};

/// What the server or the process allows.
struct resource {
    std::string name;
    figure limit;           ///< in all: max_connections, maxclients, RLIMIT_NOFILE; none: unknown
    unsigned reserved = 0;  ///< slots an ordinary role cannot take
    unsigned reserve = 0;   ///< per process, from which all shared bursts borrow
    std::string reserve_setting{};  ///< the variable that changes the reserve; empty: none does
    unsigned reserve_min = 0;       ///< the least `clamp` may cut the reserve to
    std::string limit_setting{};    ///< the variable that states a limit nobody can read, if any
    /// limit - reserved (0 when reserved is larger), none when the limit is unknown.
    figure usable() const noexcept;
};

/// "postgres" of "postgres:reports".
std::string_view kind_of(std::string_view resource) noexcept;

/// Additional processes during a rolling deploy: a number, or a percentage of the replicas.
struct surge_terms {
    unsigned amount = 0;
    bool percent = false;
    /// Replicas, rounded up.
    std::uint64_t of(std::uint64_t replicas) const noexcept;
};

struct multipliers {
    unsigned workers = 1;  ///< processes a replica
    unsigned replicas = 1;
    surge_terms surge;         ///< further replicas while a deploy rolls
    unsigned terminating = 0;  ///< replicas that still close while their successors run
    /// Replicas that may be open at once while a deploy rolls.
    std::uint64_t replicas_at_peak() const noexcept;
};

struct plan {
    std::vector<resource> resources;
    std::vector<consumer> consumers;
    multipliers times;

    const resource* find_resource(std::string_view name) const noexcept;
    const consumer* find_consumer(std::string_view name) const noexcept;
};

/// One consumer's part of a sum, multiplied out.
struct row {
    std::string name, package, resource;
    figure floor, max;        ///< of one instance
    overflow_terms overflow;  ///< how one instance comes from floor to max
    std::uint64_t times = 0;  ///< instances x processes, or x replicas, or once
    figure total;             ///< max x times, in steady state
    figure estimated;         ///< total with the estimate in place of an unknown max
    phase when = phase::steady;
    multiplicity per = multiplicity::process;
    bool configurable = false;  ///< some setting changes it
    bool hardcoded = false;     ///< none does, and that is known
    std::vector<std::string> settings;
    bool is_reserve = false;  ///< the shared reserve's own row
};

/// What a row's consumers may hold at once while a deploy rolls: its total or, where that is not
/// known, its estimate, of the further and of the ending replicas as well.
figure most_at_peak(const row& of, const multipliers& times) noexcept;

/// All of one resource.
struct total {
    resource of;
    std::vector<row> rows;
    figure sum;                    ///< steady state over workers and replicas
    figure peak;                   ///< plus surge, terminating processes and the deploy phase
    figure estimated_sum;          ///< sum, unknown maxima replaced by their estimates
    figure estimated_peak;         ///< peak, likewise
    std::uint64_t least_peak = 0;  ///< what the peak is at least: unknown maxima count their pools
    std::string arithmetic;        ///< of the sum: "30 + 10 + 15 + 4 x 15 = 115"
    std::string peak_arithmetic;   ///< "115 steady + 115 surge + 1 deploy = 231"
};

/// Adds everything up, a total for each resource in the plan's order. No figure wraps around: a
/// product beyond 64 bits stays at the largest value, which exceeds every limit.
///
/// A process contributes the larger of its start and its steady phase to the peak, and what is
/// deployed once stands beside everything else. No instance of an unknown maximum adds nothing.
std::vector<total> add_up(const plan& of);
/// The same of one of its resources.
total add_up(const plan& of, const resource& which);
/// The peak of one of its resources and nothing else: for those who try many sizes.
figure peak_of(const plan& of, const resource& which);

/// "115"; "~40" where only estimates are known; "unknown" where not even these are.
std::string to_text(figure exact, figure estimated = {});

}  // namespace headroom::budget
