// persistence/cache/two_level.hpp: values by key, in this process and in a Redis all processes
// share.
//
// A miss is loaded once in a process, however many ask. Whoever changes the truth says so twice,
// before (changing) and after (changed), and in between nobody keeps what he loads; every process
// hears both over the connection it shares with everything else that talks to that Redis. While
// Redis is away values are loaded each time they are needed, once for all who wait, and nothing
// fails. docs/cache.md says what can be stale, and for how long.
//
// Values are typed by view.hpp, which is what one uses; this is what all views of a process share.
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "headroom/persistence/cache/settings.hpp"
#include "headroom/persistence/redis/mux.hpp"
#include "headroom/runtime/part.hpp"

namespace headroom::cache {

/// Counted since the start, but for what is called a moment.
struct figures {
    std::uint64_t local_hits = 0, redis_hits = 0, misses = 0;
    std::uint64_t joined = 0;         ///< answered with what another one waited for
    std::uint64_t loads = 0, load_failures = 0;
    std::uint64_t refreshes = 0;      ///< of these loads, of values that were still given
    std::uint64_t outdated = 0;       ///< loaded values that an invalidation overtook: not kept
    std::uint64_t invalidations = 0;  ///< heard
    std::uint64_t gaps = 0;           ///< times the local level was dropped with the connection
    std::uint64_t errors = 0;         ///< questions Redis did not answer, or with an error
    std::uint64_t degraded = 0;       ///< these, and those it was not even asked
    std::uint64_t evicted = 0;        ///< from the local level
    std::uint64_t too_large = 0;      ///< values that were not kept
    std::uint64_t owed = 0;           ///< a moment: invalidations Redis has not been told yet
    std::uint64_t entries = 0, bytes = 0;  ///< a moment: of the local level
};

namespace detail {

using held = std::shared_ptr<const void>;

struct loaded {
    held value;
    std::string body;  ///< as Redis keeps it
};

/// A question of a view.
struct question {
    std::string key;
    held (*decode)(std::string_view body) = nullptr;  ///< throws what is no such value
    std::function<task<loaded>(deadline)> load;
    std::function<bool(const void*)> suffices;        ///< empty: whatever is kept
};

}  // namespace detail

/// A part. Calls from any reactor; others than the mux's own hop. Throws std::length_error for keys
/// out of bounds (key_space.hpp); Redis' failures never leave it.
class two_level final : public part {
public:
    /// `random`: uniform in [0, 1), for tests; its own otherwise. The mux outlives it, is stopped
    /// after it, and carries no other subscriptions.
    two_level(redis::mux& shared, const settings& with, std::function<double()> random = {});
    ~two_level() override;

    std::string_view name() const noexcept override { return "persistence.cache"; }
    /// Listens for invalidations. A Redis that is away is asked again.
    void start(deadline by) override;
    /// Ends the loads under way. Afterwards values are loaded and not kept.
    void stop(deadline drain_until) noexcept override;

    /// A counter in Redis, `by` higher than it was; it ends `kept` after its first raise, within
    /// the jitter. None while Redis is away: the caller does without.
    task<std::optional<std::int64_t>> increment(std::string key, std::int64_t by,
                                                std::chrono::milliseconds kept, deadline until);

    /// From any thread.
    figures now() const;
    const settings& with() const noexcept;

    // ---- what views are made of ----

    /// Of one view: each name once. [a-z0-9_-], at most 32 bytes.
    void claim(const std::string& view);
    task<detail::held> find(detail::question what, deadline until);
    /// Without a load; null: a miss.
    task<detail::held> look(detail::question what, deadline until);
    task<bool> put(std::string key, std::string body, lifetime with, deadline until);
    task<void> changing(std::vector<std::string> keys, deadline until);
    task<bool> changed(std::vector<std::string> keys, deadline until);

private:
    struct body;
    const std::shared_ptr<body> body_;
    std::set<std::string> claimed_;
    bool started_ = false;
};

}  // namespace headroom::cache
