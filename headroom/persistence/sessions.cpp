#include "headroom/persistence/sessions.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>

#include "headroom/persistence/detail/session_keeper.hpp"

namespace headroom::persistence {
namespace asio = boost::asio;
namespace {

using timer = asio::basic_waitable_timer<deadline::clock, asio::wait_traits<deadline::clock>,
                                         executor>;
using detail::wait_outcome;

budget::refusal_reason reason_of(wait_outcome outcome) {
    switch (outcome) {
        case wait_outcome::shed:
        case wait_outcome::queue_full: return budget::refusal_reason::queue_full;
        case wait_outcome::holds_already: return budget::refusal_reason::holds_already;
        case wait_outcome::closing: return budget::refusal_reason::closing;
        default: return budget::refusal_reason::timed_out;
    }
}

// Tells the caller's holder how long it queued, however the wait ends.
struct told_of_wait {
    told_of_wait(budget::holder& caller, deadline::clock::time_point since)
        : by(caller), begun(since) {}
    ~told_of_wait() { by.add_wait(deadline::clock::now() - begun); }
    told_of_wait(const told_of_wait&) = delete;

    budget::holder& by;
    const deadline::clock::time_point begun;
};

/// Throws when the caller was cancelled.
task<void> ring_or_deadline(timer& bell) {
    boost::system::error_code rung;
    co_await bell.async_wait(asio::redirect_error(use_task, rung));
    const auto state = co_await asio::this_coro::cancellation_state;
    if (state.cancelled() != asio::cancellation_type::none)
        throw boost::system::system_error(asio::error::operation_aborted);
}

}  // namespace

// One caller in the queue. Whatever ends its coroutine, it leaves the queue, and a session that
// was meant for it goes back.
struct sessions::waiting final : detail::session_waiter {
    waiting(detail::session_keeper& pool, detail::borrower as, deadline until,
            const executor& on)
        : session_waiter(as, until), keeper(pool), home(on),
          bell(std::make_shared<timer>(on, until.at())) {}
    ~waiting() override {
        if (keeper.queue().withdraw(*this, wait_outcome::closing) || !got) return;
        const auto back = accept();
    }
    void resolved() noexcept override {
        asio::post(home, [bell = bell] { bell->cancel(); });
    }
    session accept() {
        return session(keeper, std::exchange(got, {}));
    }

    detail::session_keeper& keeper;
    const executor home;
    const std::shared_ptr<timer> bell;
};

sessions::sessions(reactor& home, budget::grant share, session_opener opener,
                   connection_options options, const session_bounds& bounds)
    : keeper_(std::make_unique<detail::session_keeper>(home, std::move(share), std::move(opener),
                                                       std::move(options), bounds)) {}

sessions::~sessions() = default;

task<void> sessions::start(deadline until) { return keeper_->start(until); }
task<void> sessions::stop(deadline until) { return keeper_->stop(until); }

std::optional<session> sessions::try_take(budget::holder& by, std::source_location at) noexcept {
    auto idle = keeper_->queue().try_take({&by, at});
    if (!idle) return std::nullopt;
    return session(*keeper_, std::move(idle));
}

task<budget::result<session>> sessions::take(budget::holder& by, deadline until,
                                             std::source_location at) {
    if (auto idle = try_take(by, at)) co_return std::move(*idle);
    co_return co_await wait(by, until, at);
}

// Whoever holds a unit gets another at once or not at all, unless this pool's floor is held only
// by those who wait for nobody.
bool sessions::may_queue(const budget::holder& by) const {
    return by.holding() == 0 || waits_on_nobody();
}

bool sessions::waits_on_nobody() const {
    const auto& agreed = keeper_->share().agreed();
    return agreed.waits_on_nobody && agreed.floor > 0;
}

task<budget::result<session>> sessions::wait(budget::holder& by, deadline until,
                                             std::source_location at) {
    until = until.at_most(keeper_->bounds.wait_ms_max);
    waiting me(*keeper_, {&by, at}, until, co_await asio::this_coro::executor);
    if (!may_queue(by) && !keeper_->queue().can_check()) {
        auto unit = keeper_->share().take();
        if (!unit || !keeper_->open_with(*unit))
            co_return std::unexpected(refuse(budget::refusal_reason::holds_already, {}));
    }
    me.may_hold = by.holding() > 0 || waits_on_nobody();
    const auto begun = deadline::clock::now();
    if (keeper_->queue().wait(me) == wait_outcome::queued) {
        const told_of_wait told(by, begun);
        keeper_->look_after();
        co_await ring_or_deadline(*me.bell);
        keeper_->queue().withdraw(me, wait_outcome::timed_out);
    }
    if (me.outcome == wait_outcome::served) co_return me.accept();
    const auto waited = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline::clock::now() - begun);
    co_return std::unexpected(refuse(reason_of(me.outcome), waited));
}

budget::refusal sessions::refuse(budget::refusal_reason why,
                                 std::chrono::milliseconds waited) const {
    auto answer = keeper_->share().refuse(why);
    answer.waiting += keeper_->queue().figures().pending;
    answer.waited = waited;
    answer.more = account();
    return answer;
}

budget::fact sessions::account() const {
    budget::fact all{keeper_->queue().account(), {}};
    if (const auto failure = keeper_->last_failure(); !failure.empty())
        all.add({"the last connection failed: " + failure, {}});
    if (source_) all.add(source_());
    return all;
}

task<budget::result<transaction>> sessions::begin(budget::holder& by, deadline until,
                                                  transaction_mode mode, std::source_location at) {
    auto lent = co_await take(by, until, at);
    if (!lent) co_return std::unexpected(std::move(lent.error()));
    co_return co_await std::move(*lent).begin(until, mode);
}

task<budget::result<transaction>> sessions::begin(budget::holder& by, tenant_id tenant,
                                                  deadline until, transaction_mode mode,
                                                  std::source_location at) {
    auto lent = co_await take(by, until, at);
    if (!lent) co_return std::unexpected(std::move(lent.error()));
    co_return co_await std::move(*lent).begin(std::move(tenant), until, mode);
}

void sessions::resize(unsigned count) {
    keeper_->queue().resize(count);
    keeper_->look_after();
}

void sessions::retire_all() { keeper_->retire_all(); }
std::function<void()> sessions::retirer() const { return keeper_->retirer(); }
pool_figures sessions::figures() const { return keeper_->queue().figures(); }
reactor& sessions::home() noexcept { return keeper_->home(); }

std::vector<leak> sessions::holds_longer_than(std::chrono::milliseconds age) const {
    return keeper_->queue().holds_longer_than(age);
}

void sessions::add_to_refusals(budget::fact_source source) { source_ = std::move(source); }

void sessions::on_leak(std::function<void(const leak&)> report) {
    keeper_->on_leak(std::move(report));
}

}  // namespace headroom::persistence
