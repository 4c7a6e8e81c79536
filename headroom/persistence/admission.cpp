#include "headroom/persistence/admission.hpp"

#include <fmt/format.h>

#include <random>

#include "headroom/budget/exit_code.hpp"
#include "headroom/persistence/start_failure.hpp"
#include "headroom/runtime/backoff.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;

constexpr backoff_bounds pauses{50ms, 200ms, 2'000ms};
constexpr auto attempt_ms_max = 5'000ms;

/// A start that waits, asks again, and gives up.
class admittance {
public:
    /// `on`: null where there is no PostgreSQL.
    admittance(control* on, budget::book& book, admission_terms terms, deadline until)
        : on_(on),
          book_(book),
          terms_(std::move(terms)),
          until_(until),
          begun_(clock::now()),
          pause_(pauses, std::minstd_rand(std::random_device{}())) {
        answer_.target = terms_.target;
        answer_.policy = terms_.policy;
        answer_.has_facts = on != nullptr;
        answer_.process = read_process_limits();
    }

    task<admission> run() {
        for (;;) {
            ++answer_.attempts;
            co_await ask();
            if (answer_.decision.act != start_action::wait) break;
            if (until_.passed() || gives_up()) {
                answer_.decision.act = start_action::refuse;
                break;
            }
            tell();
            co_await sleep_until(until_.at_most(pause_.next()));
        }
        answer_.waited = std::chrono::ceil<std::chrono::milliseconds>(clock::now() - begun_);
        if (answer_.starts()) enter();
        co_return std::move(answer_);
    }

private:
    using clock = deadline::clock;

    /// One attempt: the server's facts, or why there are none; and what follows.
    task<void> ask() {
        std::exception_ptr failure;
        std::vector<start_limit> others;
        bool is_other = false;
        try {
            if (on_ != nullptr) answer_.facts = co_await facts();
            is_other = static_cast<bool>(terms_.other_limits);
            if (is_other) others = co_await terms_.other_limits(deadline::after(attempt_ms_max));
        } catch (...) {
            failure = std::current_exception();
        }
        if (!failure) {
            for (auto& each : facts_limits()) others.push_back(std::move(each));
            co_return decide_on(std::move(others));
        }
        const auto why = explain(failure, is_other ? terms_.other_target : terms_.target);
        decide_on({unread_limit(is_other ? terms_.other_resource : terms_.resource, why.line)});
        if (answer_.decision.act == start_action::refuse) co_return;  // nothing could mend that
        // Nothing is known of the server, so no policy can start on it.
        answer_.decision.warnings.clear();
        answer_.decision.act = why.act;
        answer_.decision.exit_code = why.exit_code;
        answer_.decision.reason = why.line;
    }

    task<server_facts> facts() {
        const auto by = deadline::after(attempt_ms_max);
        if (on_->connects() > 0) co_return co_await on_->read_facts(by);
        co_await on_->open(by);
        co_return on_->facts();
    }

    std::vector<start_limit> facts_limits() const {
        if (on_ == nullptr) return {};
        auto limits = limits_of(answer_.facts, book_.planned(), terms_.resource, terms_.system);
        if (terms_.policy != budget_policy::clamp || terms_.kept_free == 0) return limits;
        for (auto& each : limits)
            if (each.name == "server") {
                each.reserved += terms_.kept_free;
                each.how += fmt::format(" - {} kept for processes that join", terms_.kept_free);
            }
        return limits;
    }

    void decide_on(std::vector<start_limit> limits) {
        for (auto& each : stated_limits(book_.planned())) limits.push_back(std::move(each));
        for (auto& each : limits_of(answer_.process)) limits.push_back(std::move(each));
        answer_.decision = decide(book_.planned(), limits, terms_.policy);
    }

    bool gives_up() {
        if (!terms_.give_up || !terms_.give_up()) return false;
        answer_.decision.reason = "stopped while it waited: " + answer_.decision.reason;
        answer_.decision.exit_code = budget::exit_code::ok;
        return true;
    }

    void tell() {
        if (answer_.decision.reason == told_) return;
        told_ = answer_.decision.reason;
        if (terms_.on_wait) terms_.on_wait(told_);
    }

    /// The book becomes what was decided, and its ledgers get their real sizes.
    void enter() {
        for (const auto& each : answer_.decision.plan.resources)
            book_.learn(each.name, each.limit, each.reserved);
        for (const auto& each : answer_.decision.cuts) {
            if (each.reserve)
                book_.cut_reserve(each.what, each.to);
            else
                book_.cut(each.what, each.to);
        }
        const auto opened = book_.open_ledgers();
        if (opened) return;
        answer_.decision.act = start_action::refuse;
        answer_.decision.exit_code = budget::exit_code::refused;
        answer_.decision.reason = opened.error().message();
    }

    control* const on_;
    budget::book& book_;
    const admission_terms terms_;
    const deadline until_;
    const clock::time_point begun_;
    backoff pause_;
    admission answer_;
    std::string told_;
};

}  // namespace

task<admission> admit(control& on, budget::book& book, admission_terms terms, deadline until) {
    admittance start(&on, book, std::move(terms), until);
    co_return co_await start.run();
}

task<admission> admit(budget::book& book, admission_terms terms, deadline until) {
    admittance start(nullptr, book, std::move(terms), until);
    co_return co_await start.run();
}

}  // namespace headroom::persistence
