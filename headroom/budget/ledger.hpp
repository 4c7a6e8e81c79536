// budget/ledger.hpp: the book of one resource in one process.
//
// Reading order: lease (one unit), grant (a consumer's share), ledger (the book). A consumer takes
// its grant once at start and draws leases from it: first from its own floor, which is always
// there, then from the reserve all consumers share. At every instant
//
//     leases out, closing ones included  <=  ceiling  =  sum of floors + reserve
//
// Nothing here opens anything: whoever opens a connection or a thread holds the lease in it.
// A ledger outlives its grants, a grant its leases; both are asserted. Thread-safe throughout.
#pragma once
#include <atomic>
#include <boost/assert.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "headroom/budget/refusal.hpp"

namespace headroom::budget {

/// The shortest time a loan from the reserve lasts before it may be called back.
inline constexpr std::chrono::milliseconds loan_ms_min{250};

/// A consumer's terms with a ledger.
struct terms {
    std::string consumer;  ///< "persistence.sessions"
    unsigned floor = 0;    ///< units it is guaranteed
    unsigned burst = 0;    ///< units it may borrow above the floor
    /// Whoever holds a unit of this consumer never asks for another while holding it, so others
    /// may queue for its floor even when they hold units themselves.
    bool waits_on_nobody = false;
    /// Its wish is served before those of others: for what brings more units for all.
    bool served_first = false;
};

class ledger;
struct account;  // a consumer's page in the ledger; private to ledger.cpp

/// One unit of a resource, held by the very object that uses it until after that object is closed.
/// Move-only; a destroyed lease is a returned one.
class [[nodiscard]] lease {
public:
    lease() noexcept = default;
    lease(lease&& from) noexcept
        : page_(std::exchange(from.page_, nullptr)),
          closing_(std::exchange(from.closing_, false)),
          since_(from.since_) {}
    lease& operator=(lease&& from) noexcept;
    ~lease() { give_back(); }

    explicit operator bool() const noexcept { return page_ != nullptr; }
    /// "persistence.sessions"; requires a held lease.
    const std::string& consumer() const noexcept;
    /// Is it a unit of this ledger's? An empty lease is nobody's.
    bool is_of(const ledger& book) const noexcept;
    /// When it was taken, by the ledger's clock.
    std::chrono::steady_clock::time_point since() const noexcept { return since_; }
    bool closing() const noexcept { return closing_; }
    /// The object is being closed but its close is not known yet: the unit stays counted, and is
    /// shown as closing, until the lease is destroyed. No clock frees it.
    void begin_closing() noexcept;

private:
    friend class ledger;
    lease(account& page, std::chrono::steady_clock::time_point now) noexcept
        : page_(&page), since_(now) {}
    void give_back() noexcept;

    account* page_ = nullptr;
    bool closing_ = false;
    std::chrono::steady_clock::time_point since_{};
};

/// What a consumer holds right now.
struct account_snapshot {
    terms agreed;
    unsigned held = 0;      ///< leases out, closing ones included
    unsigned closing = 0;   ///< of these, waiting for their close to be known
    unsigned borrowed = 0;  ///< of these, above the floor
    unsigned held_max = 0;  ///< the most it ever held
    unsigned refusals = 0;
    bool wants = false;  ///< queues for a unit of the reserve
};

struct ledger_snapshot {
    std::string resource;
    unsigned ceiling = 0, floors = 0, reserve = 0, held = 0, closing = 0, held_max = 0;
    std::vector<account_snapshot> accounts;  ///< in the order in which grants were taken
};

/// What the process could use now if its ceiling were higher. What a consumer's own burst holds
/// back is none of it.
struct ledger_demand {
    unsigned held = 0;    ///< leases out
    unsigned queued = 0;  ///< units consumers wait for
    /// take() refused for want of a unit, so far: they do not wait, and how many more they would
    /// have taken nobody knows.
    std::uint64_t turned_away = 0;
};

/// A consumer's share of a ledger, taken once at start. Move-only; requires on destruction that
/// all its leases are back.
class [[nodiscard]] grant {
public:
    grant() noexcept = default;
    grant(grant&& from) noexcept : page_(std::exchange(from.page_, nullptr)) {}
    grant& operator=(grant&& from) noexcept {
        std::swap(page_, from.page_);
        return *this;
    }
    ~grant() { close(); }

    explicit operator bool() const noexcept { return page_ != nullptr; }
    const terms& agreed() const noexcept;
    /// The ledger it is a share of.
    const ledger& book() const noexcept;
    unsigned held() const;
    unsigned borrowed() const;

    /// A unit at once: of the floor if one is free, else of the reserve, else a refusal that
    /// names the holders. Never overtakes a consumer that queues and could be served.
    result<lease> take();

    /// Queues for a unit, first come first served among consumers (but see terms::served_first).
    /// `receiver` is called once, from the thread that frees a unit and outside the ledger's lock;
    /// it must only hand the lease on (post it to its own executor). One outstanding wish a grant;
    /// a second replaces nothing and is ignored. A unit that is free already is delivered before
    /// want() returns.
    void want(std::move_only_function<void(lease)> receiver);
    /// Withdraws the wish: true when there was one, and its receiver is never called. False when
    /// there was none, which includes that a unit is being delivered on another thread right now.
    bool forget();
    /// How many units the consumer's own callers wait for, of which a wish asks for one: what
    /// demand() adds up. Counts while the wish is out; never given, a wish stands for one.
    void awaits(unsigned units);

    /// True while another consumer queues for the reserve and this one borrows from it: idle loans
    /// older than loan_ms_min go back now. One relaxed atomic load.
    bool recalled() const noexcept;
    /// Called when recalled() becomes true; like a receiver, from the thread that made it so and
    /// outside the lock, so perhaps from two threads at once or just after the grant has ended.
    void on_recall(std::move_only_function<void()> listener);

    /// A refusal for this consumer with the ledger's figures of this moment.
    refusal refuse(refusal_reason reason) const;

private:
    friend class ledger;
    explicit grant(account& page) noexcept : page_(&page) {}
    void close() noexcept;

    account* page_ = nullptr;
};

class ledger {
public:
    using clock = std::function<std::chrono::steady_clock::time_point()>;

    /// `ceiling`: units this process may ever hold. It may start small (one, for control, before
    /// the server's limits are known) and be resized once.
    ledger(std::string resource, unsigned ceiling, clock now = std::chrono::steady_clock::now);
    ~ledger();
    ledger(const ledger&) = delete;
    ledger& operator=(const ledger&) = delete;

    const std::string& resource() const noexcept { return resource_; }

    /// Enters a consumer. Refused when its floor does not fit beside the other floors.
    [[nodiscard]] result<grant> open(terms wanted);

    /// Sets a new ceiling. Refused when it is below the sum of floors. When more than that is held,
    /// loans are recalled and nothing is lent until the excess is back; but to those served first,
    /// while fewer than `served_first_below` are out: a process whose units are slow to come back
    /// can say what has.
    [[nodiscard]] result<void> resize(unsigned ceiling, unsigned served_first_below = 0);

    ledger_snapshot snapshot() const;
    ledger_demand demand() const;
    unsigned held() const;
    unsigned ceiling() const;

private:
    friend class lease;
    friend class grant;
    friend struct account;
    struct delivery;  // what is to be called once the lock is released

    bool may_lend(const account& page) const;
    lease lend(account& page);
    void collect_deliveries(delivery& out);
    void refresh_recall_flags(delivery& out);
    refusal refuse(const account* page, const std::string& consumer, unsigned asked,
                   refusal_reason reason) const;
    void give_back(account& page, bool closing) noexcept;

    const std::string resource_;
    const clock now_;
    mutable std::mutex mutex_;
    // guarded by mutex_
    unsigned ceiling_, served_first_below_ = 0;
    unsigned floors_ = 0, lent_ = 0, held_ = 0, closing_ = 0, held_max_ = 0;
    std::uint64_t turned_away_ = 0;
    std::list<account> accounts_;  // stable addresses: leases point into it
    std::deque<account*> wishes_;  // served_first ones, then first come, first served
};

}  // namespace headroom::budget
