// persistence/cache/detail/body.hpp: both levels, what is on its way, and what Redis is owed.
//
// On the mux's reactor, but for what says otherwise. A flight is current while it stands in its
// map: an invalidation takes it out, so that whoever asks afterwards begins another one, and what
// it brings is given to those who asked before and kept by nobody.
#pragma once
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>

#include "headroom/persistence/cache/detail/count.hpp"
#include "headroom/persistence/cache/detail/flight.hpp"
#include "headroom/persistence/cache/detail/shared_level.hpp"
#include "headroom/persistence/cache/sieve.hpp"
#include "headroom/persistence/cache/two_level.hpp"
#include "headroom/persistence/redis/subscriptions.hpp"

namespace headroom::cache {

struct two_level::body : std::enable_shared_from_this<two_level::body> {
    using held = detail::held;
    using question = detail::question;
    using flights = std::unordered_map<std::string, std::shared_ptr<detail::flight>>;
    enum class wanted {
        anything,  ///< what is kept, stale or not
        fresh,     ///< what is kept and not stale
        loaded,    ///< nothing that is kept
    };

    body(redis::mux& shared, const settings& terms, std::function<double()> random);

    task<held> find(question what, deadline until);
    task<held> look(question what, deadline until);
    task<bool> put(std::string key, std::string bytes, lifetime life, deadline until);
    task<void> changing(std::vector<std::string> keys, deadline until);
    task<bool> changed(std::vector<std::string> keys, deadline until);

    // ---- flights.cpp ----
    held look_near(const question& what);
    std::shared_ptr<detail::flight> join(const question& what);
    std::shared_ptr<detail::flight> launch(const question& what, wanted how, flights& among);
    void refresh(const question& what);
    task<void> fly(std::shared_ptr<detail::flight> on, question what, wanted how, flights& among);
    task<void> bring(std::shared_ptr<detail::flight> on, question what, wanted how, flights& among);
    task<detail::loaded> load(const question& what, deadline until);
    static bool is_current(const std::shared_ptr<detail::flight>& on, const std::string& key,
                           const flights& among);
    held kept_in(const question& what, const record& there);
    task<void> keep(std::shared_ptr<detail::flight> on, std::string key, held value,
                    std::string bytes, std::string head, flights& among);
    void keep_near(const std::string& key, held value, const record& from);
    void keep_near(const std::string& key, held value, std::size_t bytes,
                   std::chrono::milliseconds fresh);

    // ---- hearing.cpp ----
    task<void> begin(deadline by);
    task<void> listen();
    task<bool> try_to_listen(deadline until);
    void heard(std::string_view key);
    void dropped(const std::string& key);
    void drop_all();
    void lost();
    void restored();
    void prove_soon();
    void owe(const std::vector<std::string>& keys);
    task<void> pay();
    task<void> settle(deadline until);
    void spawn(std::function<task<void>()> what);

    redis::mux& on;
    reactor& home;
    const settings with;
    const std::function<double()> random;
    detail::shared_level shared;
    sieve near;
    flights on_their_way, refreshing;
    std::optional<redis::subscriptions> push;
    redis::subscription told;
    std::set<std::string> owed;
    unsigned running = 0;          // coroutines of ours
    std::uint64_t heard_of = 0;    // invalidations and gaps, for look()
    bool stopping = false, proving = false, paying = false;

    struct {
        detail::count local_hits, redis_hits, misses, joined;
        detail::count loads, load_failures, refreshes, outdated, too_large;
        detail::count invalidations, gaps;
        detail::count evicted, owed, entries, bytes;  // as of show()
    } counts;
    /// After the local level, or what is owed, has changed.
    void show() noexcept;
    /// From any thread.
    figures now() const;
};

}  // namespace headroom::cache
