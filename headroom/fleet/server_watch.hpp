// fleet/server_watch.hpp: looks at one server, one after the other, over one connection.
//
// An Eye is the thin part that has a connection, one for each kind of server:
//
//     typename Eye::facts look(const facts* before, deadline);  // null: everything anew
//     std::optional<client_count> count(deadline);              // none: it may not be asked
//     look_failure explain(const std::exception_ptr&) const;
//     bool gone();   // the server holds nothing of ours
//     void leave();  // closes, and waits a moment until that is known
//
// It connects when it has no connection, and after an exception it has none.
#pragma once
#include <condition_variable>
#include <functional>
#include <mutex>

#include "headroom/budget/exit_code.hpp"
#include "headroom/fleet/look_pace.hpp"
#include "headroom/fleet/sightings.hpp"
#include "headroom/runtime/deadline.hpp"

namespace headroom::fleet {

/// Ends the waits of all who look. Thread-safe.
class look_stop {
public:
    void now() {
        {
            std::scoped_lock lock(mutex_);
            stopped_ = true;
        }
        woken_.notify_all();
    }
    /// True at once when it was said; false at `when`.
    bool said_before(look_pace::clock::time_point when) {
        std::unique_lock lock(mutex_);
        return woken_.wait_until(lock, when, [&] { return stopped_; });
    }

private:
    std::mutex mutex_;
    std::condition_variable woken_;
    bool stopped_ = false;
};

struct watch_terms {
    std::chrono::milliseconds interval{1'000};
    deadline until;                         ///< no look is due after it
    std::chrono::milliseconds look_max{5'000};  ///< for one look, connecting included
};

/// Of any kind of server, for whoever looks at several.
class watched_server {
public:
    virtual ~watched_server() = default;
    /// The first look; true when it succeeded. Blocks, until the deadline at most.
    virtual bool look_first(deadline until) = 0;
    /// Further looks, after a first that succeeded; the last one is at every client. Blocks until
    /// the time is over or `stop` says so. A look that fails is repeated once the end of its
    /// connection is known; a refusal (78) is not.
    virtual void look_on(const watch_terms& terms, look_stop& stop) = 0;
    /// Closes the connection, and waits a moment until the server has let go.
    virtual void leave() = 0;
};

/// One thread at a time looks; seen() may be called from any.
template <class Eye>
class server_watch final : public watched_server {
public:
    using facts = typename Eye::facts;
    using counting = std::function<census(const facts&)>;

    static constexpr std::chrono::seconds everything_anew{60};  ///< limits and settings, too
    static constexpr std::chrono::seconds retry_min{1};         ///< between two attempts

    template <class... Arguments>
    explicit server_watch(counting counts, Arguments&&... of_eye)
        : counts_(std::move(counts)), eye_(std::forward<Arguments>(of_eye)...) {}

    bool look_first(deadline until) override {
        return attempt([&] { list(nullptr, until); });
    }

    void look_on(const watch_terms& terms, look_stop& stop) override {
        look_pace pace(terms.interval, clock::now());
        pace.looked(clock::now());
        while (pace.due() <= terms.until.at() && !stop.said_before(pace.due())) {
            look_again(pace, deadline::after(terms.look_max));
            pace.looked(clock::now());
        }
        // What is said to be now is not what the last list happened to meet.
        if (!lost_) attempt([&] { list(latest_.get(), deadline::after(terms.look_max)); });
    }

    void leave() override { eye_.leave(); }

    sightings<facts> seen() const {
        std::scoped_lock lock(mutex_);
        return seen_;
    }

private:
    using clock = look_pace::clock;

    static seen_at now() {
        return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    }

    void look_again(look_pace& pace, deadline until) {
        if (!lost_) return void(attempt([&] { look_cheaply(pace, until); }));
        if (lost_->exit_code == budget::exit_code::refused || !eye_.gone()) return;
        if (clock::now() - failed_ < retry_min) return;
        attempt([&] { list(nullptr, until); });
    }

    /// A count; everybody where that costs little, or where a count asked for it.
    void look_cheaply(look_pace& pace, deadline until) {
        const bool anew = clock::now() - anew_ >= everything_anew;
        if (!anew && !pace.may_list(clock::now())) {
            const auto count = eye_.count(until);
            unlisted_peak_ = unlisted_peak_ || !count || note(*count);
            if (!unlisted_peak_ || !pace.may_list_a_peak(clock::now())) return;
        }
        list(anew ? nullptr : latest_.get(), until);
        pace.listed(clock::now(), listed_clients_);
    }

    void list(const facts* before, deadline until) {
        auto found = std::make_shared<const facts>(eye_.look(before, until));
        if (before == nullptr) anew_ = clock::now();
        latest_ = found;
        const auto counted = counts_(*found);
        const auto total = counted.counts.find({counted_by::total});
        listed_clients_ = total == counted.counts.end() ? 0 : total->second;
        unlisted_peak_ = false;
        std::scoped_lock lock(mutex_);
        seen_.latest = std::move(found);
        seen_.most.look(counted, now());
    }

    /// True when there are more than ever.
    bool note(const client_count& count) {
        std::scoped_lock lock(mutex_);
        const bool most = count.total > seen_.most.of(counted_by::total).most;
        seen_.most.count(count.total, count.slots, now());
        return most;
    }

    template <class Look>
    bool attempt(Look look) {
        try {
            look();
        } catch (...) {
            fail(eye_.explain(std::current_exception()));
            return false;
        }
        lost_.reset();
        std::scoped_lock lock(mutex_);
        seen_.failure = {};
        if (!seen_.outages.empty() && !seen_.outages.back().until)
            seen_.outages.back().until = now();
        return true;
    }

    void fail(look_failure why) {
        failed_ = clock::now();
        const bool first = !lost_;
        lost_ = why;
        std::scoped_lock lock(mutex_);
        if (first) seen_.outages.push_back({now(), {}, why.line});
        if (seen_.outages.size() > outages_max) seen_.outages.erase(seen_.outages.begin());
        seen_.failure = std::move(why);
    }

    const counting counts_;
    Eye eye_;
    std::shared_ptr<const facts> latest_;
    std::optional<look_failure> lost_;  // the latest look failed
    std::uint64_t listed_clients_ = 0;
    bool unlisted_peak_ = false;  // there were more clients than ever, and nobody knows whose
    clock::time_point failed_{}, anew_{};
    mutable std::mutex mutex_;
    sightings<facts> seen_;  // guarded by mutex_
};

}  // namespace headroom::fleet
