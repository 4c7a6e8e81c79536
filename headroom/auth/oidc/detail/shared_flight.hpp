// auth/oidc/detail/shared_flight.hpp: one run of something for all who want its outcome.
//
// Whoever comes while it runs waits for the same run, without a thread and each until a deadline of
// his own. One who gives up or is cancelled does not stop it; what it came to is told to those who
// wait and not remembered. On one reactor.
#pragma once
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <functional>
#include <list>
#include <memory>
#include <optional>

#include "headroom/runtime/reactor.hpp"

namespace headroom::auth::detail {

/// Outcome is copied to each who waits. The reactor outlives every run.
template <class Outcome>
class shared_flight {
public:
    using run = std::move_only_function<task<Outcome>()>;

    explicit shared_flight(reactor& home) : home_(home), now_(std::make_shared<current>()) {}

    bool under_way() const noexcept { return *now_ != nullptr; }

    /// Begins `what`, which does not throw, unless one is under way; nobody has to wait for it.
    void launch(run what) { (void)launched(std::move(what)); }

    /// The same, and its outcome; nothing when the deadline comes first. Throws operation_aborted
    /// when the caller is cancelled.
    task<std::optional<Outcome>> join(run what, deadline until) {
        return outcome_of(launched(std::move(what)), home_, until);
    }

private:
    using clock = deadline::clock;
    using timer = boost::asio::basic_waitable_timer<clock, boost::asio::wait_traits<clock>,
                                                    executor>;
    struct flight {
        std::optional<Outcome> outcome;
        std::list<timer*> waiting;
    };
    using current = std::shared_ptr<flight>;

    /// Among those who wait, for as long as it lives.
    struct enlisted {
        enlisted(std::list<timer*>& in, timer& one) : of(in), at(in.insert(in.end(), &one)) {}
        ~enlisted() { of.erase(at); }
        enlisted(const enlisted&) = delete;
        enlisted& operator=(const enlisted&) = delete;
        std::list<timer*>& of;
        const typename std::list<timer*>::iterator at;
    };

    std::shared_ptr<flight> launched(run what) {
        if (under_way()) return *now_;
        const auto mine = *now_ = std::make_shared<flight>();
        home_.spawn([now = now_, mine, what = std::move(what)]() mutable -> task<void> {
            mine->outcome.emplace(co_await what());
            now->reset();
            for (auto* each : mine->waiting) each->cancel();
        });
        return mine;
    }

    static task<std::optional<Outcome>> outcome_of(std::shared_ptr<flight> one, reactor& home,
                                                   deadline until) {
        if (one->outcome) co_return one->outcome;
        timer mine(home.get_executor(), until.at());
        const enlisted here(one->waiting, mine);
        boost::system::error_code ended;
        co_await mine.async_wait(boost::asio::redirect_error(use_task, ended));
        if (!one->outcome && !until.passed())
            throw boost::system::system_error(boost::asio::error::operation_aborted);
        co_return one->outcome;
    }

    reactor& home_;
    const std::shared_ptr<current> now_;  // shared with the run, which may outlive this
};

}  // namespace headroom::auth::detail
