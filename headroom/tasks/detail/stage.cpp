#include "headroom/tasks/detail/stage.hpp"

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>

namespace headroom::tasks::detail {
namespace asio = boost::asio;
namespace {

constexpr unsigned turns_in_a_row = 32;  // then others on the reactor get theirs

}  // namespace

stage::stage(reactor& home, stage_terms with, stage_links to)
    : home_(home), terms_(std::move(with)), to_(std::move(to)),
      in_(home, [this](std::vector<job_ptr> jobs) { take(std::move(jobs)); }) {}

stage::~stage() = default;

void stage::take(std::vector<job_ptr> jobs) {
    for (auto& each : jobs) {
        if (!closed_) {
            waiting_.push_back(std::move(each));
            continue;
        }
        each->ends.is = ending::how::returned;
        to_.done(std::move(each));
    }
    start_slots();
}

void stage::start_slots() {
    auto missing = waiting_.size();
    while (missing > 0 && (!free_.empty() || slots_.size() < terms_.concurrency)) {
        if (free_.empty()) {
            free_.push_back(slots_.size());
            slots_.push_back(std::make_unique<slot>());
        }
        const auto index = free_.back();
        free_.pop_back();
        --missing;
        // What leaves it would be a defect of ours: a handler's own exceptions are judged inside.
        asio::co_spawn(
            home_.get_executor(),
            [self = shared_from_this(), index]() -> task<void> { return self->work(index); },
            asio::bind_cancellation_slot(slots_[index]->signal.slot(),
                                         [](std::exception_ptr failure) {
                                             if (failure) std::rethrow_exception(failure);
                                         }));
    }
}

task<void> stage::work(std::size_t index) {
    auto& on = *slots_[index];
    for (unsigned turn = 1; !waiting_.empty(); ++turn) {
        auto one = std::move(waiting_.front());
        waiting_.pop_front();
        on.at_work = one.get();
        on.timed_out = on.signalled = on.waits_for_thread = false;
        ++running_;
        co_await run(*one, on);
        if (on.signalled) co_await asio::this_coro::reset_cancellation_state();
        --running_;
        on.at_work = nullptr;
        to_.done(std::move(one));
        if (turn % turns_in_a_row == 0) co_await yield_now();
    }
    free_.push_back(index);
}

void stage::stop(slot& on) {
    on.at_work->stopping.request_stop();
    if (!on.in_coroutine) return;
    on.signalled = true;
    on.signal.emit(asio::cancellation_type::terminal);
}

void stage::look_for_cancelled(std::size_t queue) {
    asio::post(home_.get_executor(), [self = shared_from_this(), queue] {
        const auto& marks = *(*self->to_.cancelled)[queue];
        for (const auto& each : self->slots_) {
            auto* const one = each->at_work;
            if (one == nullptr || one->queue != queue || one->cancelled) continue;
            if (!marks.contain(one->message.task_id)) continue;
            one->cancelled = true;
            self->stop(*each);
        }
    });
}

void stage::interrupt(job_ptr which) {
    asio::post(home_.get_executor(), [self = shared_from_this(), which = std::move(which)] {
        for (const auto& each : self->slots_)
            if (each->at_work == which.get()) self->stop(*each);
    });
}

std::vector<job_ptr> stage::take_back() {
    closed_ = true;
    std::vector<job_ptr> unstarted(std::make_move_iterator(waiting_.begin()),
                                   std::make_move_iterator(waiting_.end()));
    waiting_.clear();
    return unstarted;
}

void stage::interrupt_all() {
    for (const auto& each : slots_)
        if (each->at_work != nullptr) stop(*each);
}

}  // namespace headroom::tasks::detail
