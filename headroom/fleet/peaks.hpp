// fleet/peaks.hpp: the most of everything that successive looks at one server have counted.
//
// A look turns into a census: how many of each kind, by name. peaks remembers for every count the
// latest figure, the largest, and when that was seen; a single look is a peak of its own. Pure: the
// time is handed in.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace headroom::fleet {

/// What is counted.
enum class counted_by {
    total,        ///< clients, our own not counted
    slots,        ///< of it and of all else that takes a place (Redis: replicas, cluster links)
    consumer,     ///< of the plan
    stranger,     ///< of nobody in the plan
    owner,        ///< the name a client gave itself, its role and database
    role,
    database,
    superuser,
    active,       ///< works just now
    transaction,  ///< idle in a transaction for too long
    waiting,      ///< for a server connection, by pool
};
/// "consumer"; what JSON calls it.
std::string_view to_string(counted_by of) noexcept;

struct count_key {
    counted_by by = counted_by::total;
    std::string name{};  ///< empty where there is only one
    auto operator<=>(const count_key&) const = default;
};

/// What one look counted, and how much of it is above what was declared.
struct census {
    std::map<count_key, std::uint64_t> counts;
    std::uint64_t over = 0;       ///< above every declared size and the reserve
    std::uint64_t strangers = 0;  ///< of nobody in the plan; without one, everybody

    void add(counted_by by, std::string name = {}, std::uint64_t units = 1) {
        counts[{by, std::move(name)}] += units;
    }
};

using seen_at = std::chrono::sys_seconds;
/// "12:34:56 UTC", for people; the day is that of the report.
std::string clock_of(seen_at when);
/// "2026-11-27T12:34:56Z", for programs.
std::string instant_of(seen_at when);

/// One count over all looks.
struct tally {
    std::uint64_t now = 0, most = 0;
    seen_at at{};  ///< when it was the most, the first time

    bool passed() const noexcept { return most > now; }  ///< the peak is over
    /// "7 live"; "7 live at peak, 2 now" once the peak is over.
    std::string text(std::string_view word) const;
    /// `evidence`, and once the peak is over when that was: "pids 12; peak at 12:34:56 UTC".
    std::string beside(std::string evidence) const;
};

class peaks {
public:
    static constexpr std::size_t names_max = 4'096;  ///< kept in all; the rest is only counted

    peaks() = default;
    /// What a single look says.
    peaks(const census& only, seen_at when) { look(only, when); }

    /// A look that counted everything: what is absent is 0 now.
    void look(const census& seen, seen_at when);
    /// A look that counted the clients alone: of everything else nothing is known anew.
    void count(std::uint64_t total, std::uint64_t slots, seen_at when);

    tally of(counted_by by, std::string_view name = {}) const;
    /// Every name of a kind that was ever seen, in the order of names.
    void each(counted_by by,
              const std::function<void(const std::string&, const tally&)>& take) const;
    const std::map<count_key, tally>& all() const noexcept { return tallies_; }

    /// Of the look at which the two together were the most.
    std::uint64_t over() const noexcept { return over_; }
    std::uint64_t strangers() const noexcept { return strangers_; }

    std::uint64_t looks() const noexcept { return looks_; }
    std::uint64_t lists() const noexcept { return lists_; }  ///< looks that counted everything
    seen_at first() const noexcept { return first_; }
    seen_at latest() const noexcept { return latest_; }
    std::uint64_t dropped() const noexcept { return dropped_; }  ///< counts beyond names_max

private:
    void note(const count_key& key, std::uint64_t units, seen_at when);
    void looked(seen_at when);

    std::map<count_key, tally> tallies_;
    std::uint64_t over_ = 0, strangers_ = 0, looks_ = 0, lists_ = 0, dropped_ = 0;
    seen_at first_{}, latest_{};
};

}  // namespace headroom::fleet
