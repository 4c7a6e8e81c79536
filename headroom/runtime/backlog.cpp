#include "headroom/runtime/backlog.hpp"

#include <algorithm>
#include <utility>

namespace headroom {
namespace {

using std::chrono::duration_cast, std::chrono::milliseconds, std::chrono::nanoseconds;

constexpr auto relaxed = std::memory_order_relaxed;  // each figure stands for itself

}  // namespace

void backlog::observe(const backlog_reading& seen, time_point now) {
    if (!begun_) {
        begun_ = true;
        looked_ = now;
        served_ = seen.served;
        present_ = before_ = {now, 0, seen.served};
    }
    note_movement(seen, now);
    note_interval(seen, now);
    publish(seen, now);
    looked_ = now;
    served_ = seen.served;
}

// It has stalled until it moved in two looks running, or once, with nobody left to serve: a server
// that answers one in a while and falls silent again has not come back.
void backlog::note_movement(const backlog_reading& seen, time_point now) {
    const bool moves = seen.served != served_, moved = std::exchange(moved_, moves);
    if (has_stalled_ && moves && (moved || seen.asking == 0)) has_stalled_ = false;
    if (moves || (seen.asking == 0 && !has_stalled_)) still_for_ = {};
    else still_for_ += std::min<deadline::clock::duration>(now - looked_, within_.look_ms_max);
    if (still_for_ >= within_.stalled_after) has_stalled_ = true;
}

void backlog::note_interval(const backlog_reading& seen, time_point now) {
    present_.least = std::min(present_.least, seen.asking);
    if (now - present_.began < within_.interval) return;
    before_ = present_;
    present_ = {now, seen.asking, seen.served};
}

void backlog::publish(const backlog_reading& seen, time_point now) {
    const auto served = seen.served - before_.served_before;
    const bool stands = std::min(before_.least, present_.least) > 0 && served > 0;
    each_ns_.store(stands ? duration_cast<nanoseconds>(now - before_.began).count() /
                                static_cast<std::int64_t>(served)
                          : 0, relaxed);
    still_ns_.store(duration_cast<nanoseconds>(still_for_).count(), relaxed);
    asking_.store(seen.asking, relaxed);
    let_in_.store(0, relaxed);
    const bool begins = has_stalled_ && state_.load(relaxed) != state::stalled;
    if (begins) next_probe_.store(now.time_since_epoch().count(), relaxed);
    state_.store(has_stalled_ ? state::stalled : stands ? state::standing : state::calm, relaxed);
}

std::optional<backlog_refusal> backlog::refuse(time_point now, deadline until) {
    const auto is = state_.load(relaxed);
    if (is == state::calm) return std::nullopt;
    if (is == state::stalled) {
        if (may_probe(now)) return std::nullopt;
        return backlog_refusal{backlog_refusal::reason::stalled, asking_.load(relaxed),
                               duration_cast<milliseconds>(nanoseconds(still_ns_.load(relaxed)))};
    }
    const auto ahead = asking_.load(relaxed) + let_in_.load(relaxed);
    const nanoseconds wait(static_cast<std::int64_t>(ahead) * each_ns_.load(relaxed));
    if (now + wait <= until.at()) {
        let_in_.fetch_add(1, relaxed);
        return std::nullopt;
    }
    return backlog_refusal{backlog_refusal::reason::slow, ahead,
                           duration_cast<milliseconds>(wait)};
}

bool backlog::may_probe(time_point now) {
    auto due = next_probe_.load(relaxed);
    if (now.time_since_epoch().count() < due) return false;
    const auto next = (now + within_.probe_every).time_since_epoch().count();
    return next_probe_.compare_exchange_strong(due, next, relaxed);
}

}  // namespace headroom
