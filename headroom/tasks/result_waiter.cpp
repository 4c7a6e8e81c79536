#include "headroom/tasks/result_waiter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/assert.hpp>
#include <map>
#include <random>

#include "headroom/runtime/on_reactor.hpp"
#include "headroom/tasks/detail/bell.hpp"

namespace headroom::tasks {
namespace {

std::string channel_of_this_process() {
    std::random_device random;
    return fmt::format("hr:done:{:08x}{:08x}", random(), random());
}

}  // namespace

struct result_waiter::body {
    body(reactor& on, result_store& store, redis::subscriptions* through, waiting_terms with)
        : home(on), from(store), push(through), terms(with),
          channel(through == nullptr ? std::string() : channel_of_this_process()) {}

    /// In the table while it waits.
    struct place {
        place(body& in, const std::string& id)
            : of(in), ring(in.home), at(in.waiters.emplace(id, &ring)) {}
        ~place() { of.waiters.erase(at); }
        body& of;
        detail::bell ring;
        const std::multimap<std::string, detail::bell*, std::less<>>::iterator at;
    };

    task<task_result> wait(std::shared_ptr<body> self, std::string id, deadline until);
    void woken(std::string_view id) {
        const auto [first, last] = waiters.equal_range(id);
        for (auto at = first; at != last; ++at) at->second->ring();
    }
    void look_all() {
        for (const auto& [id, ring] : waiters) ring->ring();
    }

    reactor& home;
    result_store& from;
    redis::subscriptions* const push;
    const waiting_terms terms;
    const std::string channel;
    redis::subscription heard;
    std::multimap<std::string, detail::bell*, std::less<>> waiters;
};

task<task_result> result_waiter::body::wait(std::shared_ptr<body> self, std::string id,
                                            deadline until) {
    if (waiters.size() >= terms.waiters_max)
        throw too_many_waiters(fmt::format("{} wait for results already", terms.waiters_max));
    place here(*self, id);
    auto pause = push == nullptr ? terms.look_least_ms : terms.look_pushed_least_ms;
    const auto most = push == nullptr ? terms.look_most_ms : terms.look_pushed_most_ms;
    while (true) {
        if (auto found = co_await from.get(id, until)) co_return std::move(*found);
        if (until.passed())
            throw persistence::deadline_passed("the result of a task did not come in time");
        co_await here.ring.wait(until.at_most(pause));
        pause = std::min(2 * pause, most);
    }
}

result_waiter::result_waiter(reactor& home, result_store& from, redis::subscriptions* push,
                             waiting_terms with)
    : body_(std::make_shared<body>(home, from, push, with)) {}

result_waiter::~result_waiter() {
    BOOST_ASSERT_MSG(body_->waiters.empty(), "somebody still waits for a result");
}

task<void> result_waiter::open(deadline until) {
    if (body_->push == nullptr) co_return;
    const std::weak_ptr<body> weak = body_;
    body_->heard = co_await on_reactor(
        body_->home, body_->push->subscribe(body_->channel,
                                            {[weak](std::string_view, std::string_view id) {
                                                 if (const auto of = weak.lock()) of->woken(id);
                                             },
                                             [weak] {
                                                 if (const auto of = weak.lock()) of->look_all();
                                             }},
                                            until));
}

const std::string& result_waiter::channel() const noexcept { return body_->channel; }

task<task_result> result_waiter::wait(std::string task_id, deadline until) {
    return on_reactor(body_->home, body_->wait(body_, std::move(task_id), until));
}

std::size_t result_waiter::waiting() const noexcept { return body_->waiters.size(); }

}  // namespace headroom::tasks
