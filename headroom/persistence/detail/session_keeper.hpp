// persistence/detail/session_keeper.hpp: does with connections what the session queue decides.
//
// Everything but put() and wish() runs on the home reactor, in coroutines of a few lines: open,
// check, tidy up, close. An idle connection carries its unit; a closing one takes it along to the
// closing room, and the place is free for another at once.
#pragma once
#include <boost/asio/basic_waitable_timer.hpp>
#include <exception>
#include <functional>
#include <memory>
#include <vector>

#include "headroom/persistence/connection.hpp"
#include "headroom/persistence/detail/session_queue.hpp"
#include "headroom/persistence/session_opener.hpp"

namespace headroom::persistence::detail {

/// A slot and the connection in it. Used on the home reactor only.
struct place : session_slot {
    std::unique_ptr<connection> link;
    bool altered = false;  ///< a statement changed settings of the session
    bool suspect = false;  ///< the server said it is read-only
};

class session_keeper {
public:
    session_keeper(reactor& home, budget::grant share, session_opener opener,
                   connection_options options, const session_bounds& bounds);
    ~session_keeper();
    session_keeper(const session_keeper&) = delete;
    session_keeper& operator=(const session_keeper&) = delete;

    reactor& home() noexcept { return home_; }
    session_queue& queue() noexcept { return queue_; }
    budget::grant& share() noexcept { return share_; }

    /// Opens the floor. Throws what the last attempt threw when nothing opens by the deadline.
    task<void> start(deadline until);
    /// Refuses who waits, closes idle sessions, waits for lent ones until the deadline, then ends
    /// them too. Idempotent.
    task<void> stop(deadline until);

    // ---- for sessions; put() from any thread ----
    void put(place& at, std::uint32_t generation) noexcept;
    task<rows> run(place& at, std::uint32_t generation, statement text, parameters values,
                   deadline until);
    task<std::vector<rows>> run_unit(place& at, std::uint32_t generation, std::vector<step> steps,
                                     deadline until);
    int backend_pid(const place& at, std::uint32_t generation) const noexcept;

    // ---- for who waits; from any thread ----
    /// Somebody began to wait, or something was freed.
    void look_after();
    /// Opens a connection with a unit that is held already. False when every place is taken.
    bool open_with(budget::lease& unit);
    /// "" or why the last connection could not be opened.
    std::string last_failure() const;

    void retire_all();
    std::function<void()> retirer() const;
    void on_leak(std::function<void(const leak&)> report) { report_ = std::move(report); }
    const session_bounds bounds;

private:
    struct job;
    using timer = boost::asio::basic_waitable_timer<
        deadline::clock, boost::asio::wait_traits<deadline::clock>, executor>;

    void spawn(std::move_only_function<task<void>()> body);
    void post(std::move_only_function<void()> what);
    connection& usable(place& at, std::uint32_t generation);
    void about_to_run(place& at, statement text);
    void take_from_caller(place& at, std::uint32_t generation);
    void note_failure(place& at, std::uint32_t generation, bool read_only);

    void pump();
    void wish();
    void granted(budget::lease unit);
    void do_chores(const chores& of);
    static place& of(session_slot* slot) { return static_cast<place&>(*slot); }
    void house_keeping();
    task<void> watch();
    task<void> open(place& at, budget::lease unit);
    task<void> check(place& at);
    task<void> tidy(place& at);
    task<bool> tidied(place& at, deadline until);
    task<void> roll_back(connection& link, deadline until);
    task<void> circulate(place& at, bool usable);
    task<void> part_with(place& at, bool politely);
    void lost(place& at);
    void failed(std::exception_ptr why);
    std::exception_ptr failure() const;
    task<void> changed(deadline until);

    reactor& home_;
    budget::grant share_;
    const session_opener opener_;
    const connection_options options_;
    session_queue queue_;
    std::unique_ptr<place[]> places_;
    std::shared_ptr<session_keeper*> alive_;  // what was posted from elsewhere looks here first
    timer bell_, beat_;  // something changed; the next tick
    // on the home reactor
    unsigned jobs_ = 0, failures_ = 0;
    bool started_ = false, stopping_ = false, wishing_ = false;
    deadline::clock::time_point retry_at_{};
    std::function<void(const leak&)> report_;
    mutable std::mutex failure_mutex_;
    std::exception_ptr failure_;  // guarded by failure_mutex_
};

}  // namespace headroom::persistence::detail
