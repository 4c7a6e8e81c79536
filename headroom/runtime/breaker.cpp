#include "headroom/runtime/breaker.hpp"

namespace headroom {

breaker::breaker(breaker_bounds within, std::minstd_rand random)
    : within_(within), pause_(within.pauses, random) {}

std::expected<breaker::permit, breaker::time_point> breaker::ask(time_point now) {
    if (!open()) return permit(*this, false);
    // While one probes, the others hear of it no sooner than after the shortest pause.
    if (now < not_before_) return std::unexpected(not_before_);
    if (probing_) return std::unexpected(now + within_.pauses.least);
    probing_ = true;
    return permit(*this, true);
}

void breaker::permit::succeeded() {
    auto& of = *std::exchange(of_, nullptr);
    if (probes_) of.probing_ = false;
    of.close();
}

void breaker::permit::failed(time_point now) {
    auto& of = *std::exchange(of_, nullptr);
    const bool was_open = of.open();
    if (probes_) of.probing_ = false;
    ++of.failures_;
    // Attempts that began while it was closed end after it has opened: they tell nothing new.
    if (of.open() && (probes_ || !was_open)) of.not_before_ = now + of.pause_.next();
}

}  // namespace headroom
