// persistence/cache/detail/flight.hpp: one value on its way, and all who wait for it.
//
// Shared by who brings it and who waits; a waiter that leaves leaves alone. On one reactor.
#pragma once
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <list>
#include <memory>

#include "headroom/persistence/error.hpp"
#include "headroom/runtime/reactor.hpp"

namespace headroom::cache::detail {

class flight {
public:
    using value = std::shared_ptr<const void>;

    explicit flight(reactor& home) : home_(home) {}
    flight(const flight&) = delete;
    flight& operator=(const flight&) = delete;

    void land(value with) {
        value_ = std::move(with);
        end();
    }
    /// Everybody who waits is thrown this.
    void fail(std::exception_ptr why) {
        failure_ = std::move(why);
        end();
    }
    bool landed() const noexcept { return landed_; }

    /// Throws what it failed with, and deadline_passed. Also after it has landed.
    static task<value> wait(std::shared_ptr<flight> on, deadline until) {
        if (!on->landed_) {
            timer watch(on->home_.get_executor(), until.at());
            const place here(*on, watch);
            boost::system::error_code ignored;
            co_await watch.async_wait(boost::asio::redirect_error(use_task, ignored));
        }
        if (on->failure_) std::rethrow_exception(on->failure_);
        if (on->landed_) co_return on->value_;
        if (until.passed()) throw persistence::deadline_passed("the value was not there in time");
        throw boost::system::system_error(boost::asio::error::operation_aborted);
    }

private:
    using timer = boost::asio::basic_waitable_timer<
        deadline::clock, boost::asio::wait_traits<deadline::clock>, executor>;
    struct place {
        place(flight& in, timer& bell) : of(in), at(in.waiting_.insert(in.waiting_.end(), &bell)) {}
        ~place() { of.waiting_.erase(at); }
        place(const place&) = delete;
        place& operator=(const place&) = delete;
        flight& of;
        const std::list<timer*>::iterator at;
    };

    void end() {
        landed_ = true;
        for (auto* each : waiting_) each->cancel();
    }

    reactor& home_;
    std::list<timer*> waiting_;
    value value_;
    std::exception_ptr failure_;
    bool landed_ = false;
};

}  // namespace headroom::cache::detail
