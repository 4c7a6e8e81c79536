// http/rate_limiter.hpp: how often a client may ask, in a bounded table; no sockets, no clock.
//
// A token bucket a client, kept as one moment: when its bucket will be full again (the generic cell
// rate algorithm of ITU-T I.371). A client that has rested for long enough is one never seen, so
// the table can forget those that asked longest ago; forgetting favours clients, never refuses
// them.
#pragma once
#include <chrono>
#include <cstdint>
#include <list>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "headroom/runtime/deadline.hpp"

namespace headroom::http {

struct rate_terms {
    unsigned per_second = 0;  ///< in the long run; at least 1
    unsigned burst = 0;       ///< at once after a rest; at least 1
    std::size_t clients_max = 16'384;  ///< in the table
};

struct rate_verdict {
    bool admitted = false;
    unsigned left = 0;                      ///< further requests at once
    std::chrono::nanoseconds wait{0};       ///< until one is admitted, if this was not
    std::chrono::nanoseconds until_full{0};  ///< until the whole burst is there again
};

/// Thread-safe; a look-up under a mutex.
class rate_limiter {
public:
    /// Asserts the bounds of the terms.
    explicit rate_limiter(const rate_terms& with);

    /// Counts a request of `client` at `now`, which never goes back, and says whether it may pass.
    rate_verdict ask(std::string_view client, deadline::clock::time_point now);
    /// What ask() would say, and nothing is counted for the client: whether it still may.
    rate_verdict look(std::string_view client, deadline::clock::time_point now);

    const rate_terms& terms() const noexcept { return terms_; }
    std::size_t clients() const;
    std::uint64_t refused() const;

private:
    using moment = deadline::clock::time_point;
    struct client_state {
        std::string name;
        moment full_at;
    };
    moment& state_of(std::string_view client, moment now);
    rate_verdict judged(moment& full_at, moment now);  // requires mutex_

    const rate_terms terms_;
    const std::chrono::nanoseconds apart_, burst_time_;  // one request; the whole bucket
    mutable std::mutex mutex_;
    std::list<client_state> recent_;  // the latest first; guarded by mutex_
    // Keys are views into recent_, whose nodes never move.
    std::unordered_map<std::string_view, std::list<client_state>::iterator> known_;
    std::uint64_t refused_ = 0;
};

}  // namespace headroom::http
