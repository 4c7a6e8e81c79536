// observability/health.hpp: whether the process lives, is ready, and why not.
//
// Checks run in the background and report here; a probe only reads what was reported, so a probe
// costs no connection and a thousand probes cost one check. Pure: time is handed in.
//
//     livez    the process answers: needs no check at all
//     readyz   started, not draining, and no check that counts for readiness has failed
//     healthz  everything, with figures: for operators
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "headroom/runtime/deadline.hpp"

namespace headroom::observability {

inline constexpr std::size_t health_checks_max = 512;
inline constexpr std::size_t health_detail_max = 256;  ///< characters of a check's explanation

enum class health_status { pass, warn, fail };

std::string_view to_string(health_status of) noexcept;
health_status worse(health_status a, health_status b) noexcept;

/// How a check counts. Whether a dependency that all replicas share should take all of them out of
/// service at once is for the operator to say: readiness is asked for, never assumed.
struct health_terms {
    std::string name;  ///< "postgres:connections", "component:measurement"
    bool for_readiness = false;
    unsigned failures_to_fail = 2;  ///< results in a row before `pass` becomes `fail`
    unsigned passes_to_pass = 1;    ///< results in a row before `fail` becomes `pass`
    std::chrono::milliseconds stale_after{30'000};  ///< an older result counts as failed
};

/// What a check found.
struct health_result {
    health_status status = health_status::pass;
    std::optional<double> observed;  ///< 7
    std::string unit;                ///< "connections"
    std::string detail;              ///< for operators only
};

/// A check as it stands now.
struct health_view {
    health_terms terms;
    health_status status = health_status::pass;  ///< after hysteresis and age
    health_result last;
    bool reported = false;
    bool stale = false;
    std::chrono::system_clock::time_point at;  ///< of the last result
    std::chrono::milliseconds age{0};
};

/// The process's state. Thread-safe: checks report from anywhere, probes read from reactors.
class health {
public:
    using instant = std::chrono::steady_clock::time_point;

    /// Enters a check; unknown until its first report, which counts as failed for readiness.
    /// Returns its number. At start, before probes are answered.
    std::size_t declare(health_terms terms);
    void report(std::size_t check, health_result found, instant now,
                std::chrono::system_clock::time_point wall);

    void started() noexcept;
    void draining() noexcept;  ///< readiness is off from now on, for good

    bool ready(instant now) const;
    /// The worst of all checks; before start, and while draining, what readiness says is added.
    health_status status(instant now) const;
    std::vector<health_view> checks(instant now) const;
    bool is_started() const noexcept;
    bool is_draining() const noexcept;

private:
    struct entry {
        health_terms terms;
        health_result last;
        health_status shown = health_status::pass;
        unsigned failures = 0, passes = 0;
        bool reported = false;
        instant since{};
        std::chrono::system_clock::time_point at;
    };
    static health_status standing(const entry& of, instant now);
    bool ready_locked(instant now) const;

    mutable std::mutex mutex_;
    std::vector<entry> entries_;               // guarded by mutex_
    bool started_ = false, draining_ = false;  // guarded by mutex_
};

}  // namespace headroom::observability
