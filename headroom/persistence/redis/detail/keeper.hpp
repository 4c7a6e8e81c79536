// persistence/redis/detail/keeper.hpp: keeps one connection open, replaces it, and tells who waits.
//
// One unit of its grant at rest. A connection that is lost leaves its unit to the closing room, and
// its successor takes the next one of the grant, so the consumer has a burst of one or waits until
// the close is known. Attempts go through the door's gate: one at a time, two a second at most, and
// as seldom where a server takes each connection and drops it again.
// While it is connected it also looks after the closing room's overdue clients of that server.
//
// Lives on one reactor: every call from that thread. Shared with its own loop.
#pragma once
#include <boost/asio/basic_waitable_timer.hpp>
#include <functional>
#include <list>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "headroom/persistence/closing_room.hpp"
#include "headroom/persistence/redis/connection.hpp"
#include "headroom/persistence/redis/door.hpp"

namespace headroom::redis::detail {

struct keeper_terms {
    connection_options options;
    std::chrono::milliseconds connect_ms_max{5000};  ///< one attempt, sentinels included
    std::chrono::milliseconds ping_idle_ms{5000};    ///< silence after which the server is asked
    std::chrono::milliseconds ping_ms_max{1500};     ///< and how long it has to answer
    std::chrono::milliseconds drain_ms_max{1000};    ///< for the answers of one that is replaced
};

class keeper : public std::enable_shared_from_this<keeper> {
public:
    using clock = deadline::clock;

    keeper(reactor& home, budget::grant share, door& through, keeper_terms with);

    void start();
    /// Ends the loop and the connection; returns when both have gone, or at the deadline with the
    /// connection in the closing room; later while an attempt to connect is under way, whose own
    /// time ends it.
    task<void> stop(deadline until);

    /// The one to use; null while there is none or it is being replaced.
    std::shared_ptr<connection> current() const;
    /// Returns once there may be one; throws deadline_passed, or what kept it from connecting.
    task<void> wait(deadline until);
    /// Returns once there is one; throws what the next attempt that fails has met, and at the
    /// deadline. For a start, which has to know whether waiting makes sense.
    task<void> connected(deadline until);
    /// No new commands for this one: it is drained, closed and replaced.
    void replace(const connection& which);
    /// This one is of no use: its socket goes to the closing room at once.
    void drop(const connection& which);

    bool stopping() const noexcept { return stopping_; }
    std::size_t waiting() const noexcept { return waiters_.size(); }
    std::uint64_t connects() const noexcept { return connects_; }
    std::uint64_t failures() const noexcept { return failures_; }
    const std::string& last_error() const noexcept { return last_error_; }
    const door& way() const noexcept { return through_; }
    unsigned held() const { return share_.held(); }
    budget::refusal refuse(budget::refusal_reason why) const { return share_.refuse(why); }
    const std::string& consumer() const noexcept { return share_.agreed().consumer; }

    /// Prepares each new connection before it is used; what it throws ends that connection.
    std::function<task<void>(connection&)> prepare;
    std::function<void(bool again)> on_up;
    std::function<void(const std::string& why)> on_down;
    std::function<void(const value&)> on_push;

private:
    using timer = boost::asio::basic_waitable_timer<clock, boost::asio::wait_traits<clock>,
                                                    executor>;

    task<void> loop();
    task<void> retire(std::shared_ptr<connection> old);
    std::chrono::milliseconds pause();
    task<void> connect();
    task<void> open(connection& fresh);
    void accept(std::shared_ptr<connection> fresh);
    void note_failure(std::exception_ptr why);
    task<void> look_after();
    task<void> ping(std::shared_ptr<connection> on);
    task<void> nap(std::chrono::milliseconds most);
    void wake();
    void resume_waiters();

    reactor& home_;
    budget::grant share_;
    door& through_;
    const keeper_terms with_;
    std::shared_ptr<connection> on_;
    bool replacing_ = false, started_ = false, stopping_ = false, looping_ = false, woken_ = false;
    std::list<timer*> waiters_;
    timer* napping_ = nullptr;
    std::uint64_t connects_ = 0, failures_ = 0;
    std::exception_ptr last_failure_;
    std::string last_error_;
    clock::time_point not_before_{};   // the next attempt, also after one that succeeded
    std::minstd_rand random_{std::random_device{}()};
    std::vector<std::string> former_;  // servers it was connected to before
};

}  // namespace headroom::redis::detail
