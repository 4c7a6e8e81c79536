#include "headroom/eventsourcing/detail/append_driver.hpp"

#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include "headroom/eventsourcing/consumers.hpp"

namespace headroom::eventsourcing::detail {
namespace asio = boost::asio;

namespace {

constexpr std::chrono::milliseconds standing_ms{20};   ///< ready for longer: one worker more
constexpr std::chrono::milliseconds take_ms_max{500};  ///< of one wait for a session
constexpr std::chrono::milliseconds retry_ms{20};      ///< after an attempt that failed
constexpr std::chrono::milliseconds notify_ms_max{250};
constexpr std::chrono::milliseconds look_ms{2};        ///< while a stop waits

constexpr persistence::statement notify_all("select pg_notify('headroom_events', $1)");

}  // namespace

struct append_driver::job {
    explicit job(append_driver& by) : of(&by) { ++of->jobs_; }
    job(job&& from) noexcept : of(std::exchange(from.of, nullptr)) {}
    ~job() {
        if (of != nullptr) --of->jobs_;
    }
    append_driver* of;
};

/// One that waits for its answer.
struct append_driver::caller_here {
    explicit caller_here(std::atomic<std::size_t>& count) : among(count) { ++among; }
    ~caller_here() { --among; }
    caller_here(const caller_here&) = delete;
    std::atomic<std::size_t>& among;
};

append_driver::append_driver(reactor& home, persistence::sessions& pool, driver_terms with)
    : home_(home), pool_(pool), with_(std::move(with)), waiting_(with_.within),
      pace_(with_.within.notify_interval_ms) {
    BOOST_ASSERT(with_.floor > 0 && with_.floor <= with_.most);
}

append_driver::~append_driver() {
    BOOST_ASSERT_MSG(jobs_ == 0, "an event store is stopped before it ends");
}

// ---- callers ----

task<append_driver::answer> append_driver::append(append_request what, std::string metadata,
                                                  deadline until) {
    BOOST_ASSERT(home_.is_current());
    const auto mine =
        std::make_shared<append_entry>(std::move(what), std::move(metadata), until);
    const caller_here here(counts_.under_way);
    admit(mine);
    co_await mine->settled();
    co_return mine->take();
}

void append_driver::admit(const entry& one) {
    if (closing_) throw refusal(budget::refusal_reason::closing);
    if (!waiting_.has_room(one->bytes)) throw refusal(budget::refusal_reason::queue_full);
    if (one->until.passed())
        throw persistence::deadline_passed("an append came after its deadline");
    one->expire = [this, one = one.get()] { leave(*one, late(*one)); };
    one->give_up = [this, one = one.get()] {
        // Often it is cancelled because its deadline has passed.
        leave(*one, one->until.passed() ? late(*one)
                                        : std::make_exception_ptr(boost::system::system_error(
                                              asio::error::operation_aborted)));
    };
    home_.arm(one->due, one->until);
    waiting_.enter(one, deadline::clock::now());
    note_waiting();
    pump();
}

budget::refused append_driver::refusal(budget::refusal_reason why) const {
    budget::refusal answer;
    answer.reason = why;
    answer.resource = "appends that wait";
    answer.consumer = store_consumer;
    answer.held = answer.waiting = static_cast<unsigned>(waiting_.waiting());
    answer.limit = static_cast<unsigned>(with_.within.waiting_max);
    answer.more = account();
    return budget::refused(std::move(answer));
}

budget::fact append_driver::account() const {
    auto all = pool_.account();
    if (!trouble_.empty()) all.add({"the last attempt: " + trouble_, {}});
    return all;
}

std::exception_ptr append_driver::late(const append_entry& one) const {
    if (one.unknown)
        return std::make_exception_ptr(persistence::connection_lost(
            "the connection was lost under an append, and its outcome not found out in time: the "
            "same append may be sent again", true));
    const char* where = one.at == append_entry::place::carried
                            ? "an append was under way at its deadline: it may be recorded, and "
                              "the same append may be sent again"
                            : "an append still waited at its deadline: nothing of it was recorded";
    return std::make_exception_ptr(
        persistence::deadline_passed(fmt::format("{}; {}", where, account().line)));
}

void append_driver::leave(append_entry& one, const std::exception_ptr& why) {
    const auto keep = waiting_.leave(one, deadline::clock::now());
    settle(one, why);
    note_waiting();
    if (keep) pump();
}

// Posted: the caller may append again at once, and what it finds should be settled.
void append_driver::settle(append_entry& one,
                           std::variant<std::monostate, answer, std::exception_ptr> with) {
    if (one.outcome.index() != 0) return;
    one.outcome = std::move(with);
    one.due.disarm();
    if (one.resume) asio::post(home_.get_executor(), std::exchange(one.resume, nullptr));
}

void append_driver::note_waiting() noexcept {
    counts_.waiting.store(waiting_.waiting(), std::memory_order_relaxed);
}

// ---- workers ----

void append_driver::pump() {
    if (!waiting_.has_ready() || cut_off_) return;
    if (workers_ < with_.floor) return start_worker(false);
    if (workers_ < with_.most && trouble_.empty() &&
        deadline::clock::now() - waiting_.oldest() > standing_ms)
        start_worker(true);
}

void append_driver::start_worker(bool extra) {
    ++workers_;
    home_.spawn([this, extra, held = job(*this)] { return work(extra); });
}

task<void> append_driver::work(bool extra) {
    budget::holder by(store_consumer);
    bool went_well = true;
    while (waiting_.has_ready() && !cut_off_) {
        if (!went_well) co_await sleep_until(deadline::after(retry_ms));
        auto lent = co_await pool_.take(by, deadline::after(take_ms_max));
        if (!lent) {
            if (extra || cut_off_) break;
            auto why = std::move(lent.error());
            why.more = {};  // account() tells it as of then
            trouble_ = why.message();
            went_well = false;
            continue;
        }
        const auto batch = waiting_.next();
        note_waiting();
        if (batch.empty()) break;
        went_well = co_await carry(*lent, batch);
        if (went_well && pace_.untold()) co_await tell(*lent);
        { const auto back = std::move(*lent); }
        co_await yield_now();  // whoever was settled may append again
    }
    --workers_;
    if (!extra) pump();
}

// False when the server was not there, or did not answer in time.
task<bool> append_driver::carry(persistence::session& on, const std::vector<entry>& batch) {
    bool went_well = true;
    try {
        co_await attempt(on, batch);
    } catch (const persistence::connection_lost& failure) {
        went_well = false;
        trouble_ = failure.what();
        if (failure.may_have_run())
            for (const auto& each : batch) each->unknown = true;
    } catch (const persistence::deadline_passed& failure) {
        went_well = false;
        trouble_ = failure.what();
        for (const auto& each : batch) each->unknown = true;
    } catch (const persistence::server_error& failure) {
        for (const auto& each : batch) settle_failed(each, failure);
    } catch (const std::exception&) {
        fail(batch, std::current_exception());
    }
    if (!went_well) again(batch, false);
    note_waiting();
    co_return went_well;
}

// ---- telling other processes ----

task<void> append_driver::tell(persistence::session& on) {
    const auto last = pace_.take(deadline::clock::now());
    if (!last) {
        tell_later();
        co_return;
    }
    counts_.notifies.fetch_add(1, std::memory_order_relaxed);
    try {
        co_await on.run(notify_all, deadline::after(notify_ms_max), std::to_string(*last));
    } catch (const std::exception&) {
        co_return;  // who listens looks by itself now and then
    }
}

void append_driver::tell_later() {
    if (std::exchange(telling_later_, true)) return;
    home_.spawn([this, held = job(*this)] { return tell_in_time(); });
}

// When every session is out, whoever gives one back tells first.
task<void> append_driver::tell_in_time() {
    co_await sleep_until(deadline(pace_.next()));
    telling_later_ = false;
    budget::holder by(store_consumer);
    auto idle = pool_.try_take(by);
    if (idle) co_await tell(*idle);
}

// ---- the end ----

task<void> append_driver::drain(deadline until) {
    closing_ = true;
    while (!waiting_.empty() && !until.passed())
        co_await sleep_until(until.at_most(look_ms));
    cut_off_ = true;
    for (const auto& each : waiting_.clear()) settle(*each, ended(*each));
    note_waiting();
}

std::exception_ptr append_driver::ended(const append_entry& one) const {
    if (one.unknown) return late(one);
    return std::make_exception_ptr(refusal(budget::refusal_reason::closing));
}

task<void> append_driver::finish(deadline until) {
    while (jobs_ > 0 && !until.passed()) co_await sleep_until(until.at_most(look_ms));
    BOOST_ASSERT_MSG(jobs_ == 0, "appends end with their sessions");
}

store_figures append_driver::figures() const {
    const auto read = [](const auto& count) { return count.load(std::memory_order_relaxed); };
    return {read(counts_.appends),     read(counts_.events),   read(counts_.transactions),
            read(counts_.conflicts),   read(counts_.repeated), read(counts_.resubmitted),
            read(counts_.notifies),    read(counts_.waiting),  read(counts_.under_way)};
}

}  // namespace headroom::eventsourcing::detail
