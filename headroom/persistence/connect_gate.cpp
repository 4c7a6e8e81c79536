#include "headroom/persistence/connect_gate.hpp"

#include <boost/assert.hpp>
#include <random>

#include "headroom/persistence/error.hpp"
#include "headroom/runtime/reactor.hpp"

namespace headroom::persistence {

connect_gate::connect_gate(std::function<double()> random) : random_(std::move(random)) {}

std::function<double()> connect_gate::uniform() {
    return [source = std::minstd_rand(std::random_device{}())]() mutable {
        return std::uniform_real_distribution<double>(0, 1)(source);
    };
}

std::expected<connect_gate::permit, connect_gate::clock::time_point> connect_gate::ask(
    clock::time_point now) {
    std::scoped_lock lock(mutex_);
    if (dead_ && now < not_before_) return std::unexpected(not_before_);
    if (running_ >= (dead_ ? 1 : together_)) return std::unexpected(now + crowded_ms);
    ++running_;
    // The next probe keeps its distance from this one's start, however soon this one fails.
    if (dead_) not_before_ = now + pause_;
    return permit(*this);
}

task<connect_gate::permit> connect_gate::pass(deadline until,
                                              const std::function<void()>& check) {
    for (;;) {
        if (check) check();
        const auto now = clock::now();
        auto asked = ask(now);
        if (asked) co_return std::move(*asked);
        if (until.passed(now)) throw deadline_passed("no attempt to connect was due in time");
        co_await sleep_until(std::min({until, deadline(asked.error()), deadline(now + look_ms)}));
    }
}

void connect_gate::permit::succeeded() {
    auto& gate = *std::exchange(of_, nullptr);
    std::scoped_lock lock(gate.mutex_);
    BOOST_ASSERT(gate.running_ > 0);
    --gate.running_;
    gate.together_ = gate.dead_ ? 1 : std::min(together_max, gate.together_ * 2);
    gate.dead_ = false;
    gate.pause_ = {};
}

void connect_gate::permit::failed(clock::time_point now) {
    auto& gate = *std::exchange(of_, nullptr);
    std::scoped_lock lock(gate.mutex_);
    BOOST_ASSERT(gate.running_ > 0);
    --gate.running_;
    gate.dead_ = true;
    gate.together_ = 1;
    const auto highest = std::min(pause_ms_max, std::max(pause_ms_min, gate.pause_) * 3);
    const auto range = static_cast<double>((highest - pause_ms_min).count());
    gate.pause_ =
        pause_ms_min + std::chrono::milliseconds(static_cast<long>(gate.random_() * range));
    gate.not_before_ = now + gate.pause_;
}

void connect_gate::dropped() {
    std::scoped_lock lock(mutex_);
    BOOST_ASSERT(running_ > 0);
    --running_;
}

bool connect_gate::believed_dead() const {
    std::scoped_lock lock(mutex_);
    return dead_;
}

}  // namespace headroom::persistence
