// http/detail/moving_deadline.hpp: a deadline that every request moves and that hardly ever comes.
#pragma once
#include <functional>
#include <optional>
#include <utility>

#include "headroom/runtime/reactor.hpp"

namespace headroom::http::detail {

/// The reactor's wheel is asked only when the deadline comes nearer than what it was asked for;
/// when that rings too early, it is asked again. The reactor's own; outlives no reactor.
class moving_deadline {
public:
    moving_deadline(reactor& on, std::move_only_function<void()> passed)
        : on_(on), passed_(std::move(passed)), alarm_([this] { ring(); }) {}

    void set(deadline due) {
        due_ = due;
        if (!asked_ || due.at() < asked_->at()) ask(due);
    }
    void clear() noexcept { due_.reset(); }

private:
    void ask(deadline due) {
        asked_ = due;
        on_.arm(alarm_, due);
    }
    void ring() {
        asked_.reset();
        if (!due_) return;
        if (deadline::clock::now() < due_->at()) return ask(*due_);
        due_.reset();
        passed_();  // may destroy us
    }

    reactor& on_;
    std::move_only_function<void()> passed_;
    std::optional<deadline> due_, asked_;
    alarm alarm_;
};

}  // namespace headroom::http::detail
