// eventsourcing/detail/append_driver.hpp: takes what waits to the server, and every caller its
// answer.
//
// A worker is a coroutine that borrows a session, carries one transaction, settles its appends and
// gives the session back. There are as many as the floor has sessions, so that transactions overlap
// and share flushes; one more is tried when appends have been ready for long. Decisions are the
// coalescer's; what goes wrong on the way is answered in append_settling.cpp.
//
// Everything on the home reactor, but for figures().
#pragma once
#include <atomic>

#include "headroom/eventsourcing/detail/append_statements.hpp"
#include "headroom/eventsourcing/detail/coalescer.hpp"
#include "headroom/eventsourcing/detail/notify_pace.hpp"
#include "headroom/persistence/sessions.hpp"

namespace headroom::eventsourcing::detail {

struct driver_terms {
    store_bounds within;
    unsigned floor = 1;  ///< workers at any time
    unsigned most = 1;   ///< workers when appends stand
    std::function<void(log_position)> listener;
};

class append_driver {
public:
    using entry = std::shared_ptr<append_entry>;
    using answer = append_entry::answer;

    /// Both outlive it.
    append_driver(reactor& home, persistence::sessions& pool, driver_terms with);
    /// Requires stop().
    ~append_driver();
    append_driver(const append_driver&) = delete;
    append_driver& operator=(const append_driver&) = delete;

    /// Requires a checked request. Throws as event_store::append does.
    task<answer> append(append_request what, std::string metadata, deadline until);

    /// Takes appends from now on.
    void open() noexcept { closing_ = false; }
    /// Lets what waits and what is under way end until the deadline, then refuses what waits.
    task<void> drain(deadline until);
    /// Returns once no worker runs. The pool has been stopped before.
    task<void> finish(deadline until);

    store_figures figures() const;

private:
    struct counters {
        std::atomic<std::uint64_t> appends{0}, events{0}, transactions{0}, conflicts{0},
            repeated{0}, resubmitted{0}, notifies{0};
        std::atomic<std::size_t> waiting{0}, under_way{0};
    };
    struct job;          // counts one coroutine of ours
    struct caller_here;  // counts one caller

    // ---- append_driver.cpp ----
    void admit(const entry& one);
    void leave(append_entry& one, const std::exception_ptr& why);
    void pump();
    void start_worker(bool extra);
    task<void> work(bool extra);
    task<bool> carry(persistence::session& on, const std::vector<entry>& batch);
    void settle(append_entry& one, std::variant<std::monostate, answer, std::exception_ptr> with);
    void note_waiting() noexcept;
    task<void> tell(persistence::session& on);
    void tell_later();
    task<void> tell_in_time();
    std::exception_ptr late(const append_entry& one) const;
    std::exception_ptr ended(const append_entry& one) const;
    budget::refused refusal(budget::refusal_reason why) const;
    budget::fact account() const;

    // ---- append_settling.cpp ----
    task<void> attempt(persistence::session& on, const std::vector<entry>& batch);
    task<std::vector<persistence::rows>> send(persistence::session& on,
                                              const std::vector<entry>& batch, deadline until);
    void announce(const std::vector<append_answer>& committed);
    void record(append_entry& one, std::vector<log_position> positions, bool repeated);
    void repeat(append_entry& one, std::vector<log_position> positions);
    task<void> settle_moved(persistence::session& on, std::vector<entry> moved,
                            std::vector<version_conflict> how);
    task<void> settle_error(persistence::session& on, const std::vector<entry>& batch,
                            const persistence::server_error& failure);
    task<void> settle_refused(persistence::session& on, const entry& one,
                              const persistence::server_error& failure);
    void settle_failed(const entry& one, const persistence::server_error& failure);
    void refuse(append_entry& one, append_refusal with);
    void again(const std::vector<entry>& batch, bool alone);
    void fail(const std::vector<entry>& batch, const std::exception_ptr& why);
    deadline until_of(const std::vector<entry>& batch) const;

    reactor& home_;
    persistence::sessions& pool_;
    const driver_terms with_;
    coalescer waiting_;
    notify_pace pace_;
    counters counts_;
    unsigned workers_ = 0, jobs_ = 0;
    bool closing_ = true, cut_off_ = false, telling_later_ = false;
    std::string trouble_;  // why the last attempt failed; "" when it did not
};

}  // namespace headroom::eventsourcing::detail
