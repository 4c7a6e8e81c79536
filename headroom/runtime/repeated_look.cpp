#include "headroom/runtime/repeated_look.hpp"

namespace headroom {
namespace {

constexpr std::chrono::milliseconds stop_look_ms{5};

}  // namespace

void repeated_look::start() {
    home_.run_blocking([this]() -> task<void> {
        co_await look_();
        home_.arm(next_, deadline::after(period_));
    });
    started_ = true;
}

bool repeated_look::stop() noexcept {
    if (!std::exchange(started_, false)) return false;
    home_.run_blocking([this]() -> task<void> {
        stopping_ = true;
        next_.disarm();
        while (looking_) co_await sleep_until(deadline::after(stop_look_ms));
    });
    return true;
}

void repeated_look::repeat() {
    looking_ = true;
    home_.spawn([this]() -> task<void> {
        co_await look_();
        if (!stopping_) home_.arm(next_, deadline::after(period_));
        looking_ = false;
    });
}

}  // namespace headroom
