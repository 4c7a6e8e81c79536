#include "headroom/tasks/detail/pump.hpp"

#include <fmt/format.h>

#include <boost/assert.hpp>

namespace headroom::tasks::detail {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t entry_bytes_more = 4 << 10;  // of an entry, beside its message

std::string unique_consumer(const std::string& name) {
    return fmt::format("{}{}-{:016x}", own_consumer_prefix, name,
                       (std::uint64_t{std::random_device{}()} << 32) | std::random_device{}());
}

redis::mux_terms reader_terms(const worker_terms& of) {
    redis::mux_terms made;
    made.options = of.reader;
    made.options.needs_primary = true;
    // What one read may bring of messages that may be read at all.
    made.options.answers.answer_bytes_max =
        std::min(std::size_t{fetch_max} * (of.payload_bytes_max + entry_bytes_more),
                 redis::parser_bounds::bytes_limit);
    made.ping_idle_ms = of.block_ms + 2 * pump::read_ms_more;  // a blocked reader is silent
    return made;
}

std::vector<unsigned> weights_of(const worker_terms& of) {
    std::vector<unsigned> made;
    for (const auto& each : of.queues) made.push_back(each.weight);
    return made;
}

stage_terms terms_of(const worker_terms& of) {
    return {of.concurrency, of.payload_bytes_max, of.unknown_deliveries_max, of.unknown_age_max};
}

void require_bounds(const worker_terms& of) {
    BOOST_ASSERT(of.concurrency >= 1 && of.concurrency <= concurrency_max);
    BOOST_ASSERT(of.lease_ms >= milliseconds(300) && of.block_ms >= milliseconds(1));
    BOOST_ASSERT(of.look_ms >= milliseconds(10) && of.deliveries_max >= 1);
}

std::vector<pumped_queue> queues_of(const worker_terms& of) {
    std::vector<pumped_queue> made;
    for (const auto& each : of.queues) made.emplace_back(each.name);
    return made;
}

gate_table gates_of(const worker_terms& of, const handlers& all) {
    gate_table made;
    for (std::size_t i = 0; i < of.queues.size(); ++i) {
        const queue_keys keys(of.queues[i].name);
        made.add(i, "", of.queues[i].limits, keys);
        for (const auto& name : all.names()) {
            const auto own = of.limits.find(name);
            made.add(i, name, own == of.limits.end() ? all.find(name)->terms.limits : own->second,
                     keys);
        }
    }
    return made;
}

std::vector<queue_keys> keys_of(const worker_terms& of) {
    std::vector<queue_keys> made;
    for (const auto& each : of.queues) made.emplace_back(each.name);
    return made;
}

}  // namespace

struct pump::running {
    explicit running(pump& in) : of(in) { ++of.coroutines_; }
    ~running() {
        --of.coroutines_;
        of.state_bell_.ring();
    }
    pump& of;
};

pump::pump(worker_ground on, handlers all, worker_terms with)
    : io_(on.io), mux_(on.mux), push_(on.push), metrics_(on.metrics), terms_(std::move(with)),
      consumer_(unique_consumer(terms_.name)), handlers_(std::move(all)),
      prefetch_(terms_.prefetch.value_or(usual_prefetch(terms_.concurrency))),
      rules_{terms_.lease_ms,
             terms_.shared_with_python ? terms_.python_idle_ms : terms_.lease_ms,
             terms_.deliveries_max,
             {}},
      reader_(on.io, std::move(on.reader), on.door, reader_terms(terms_)),
      queues_(queues_of(terms_)),
      limits_(mux_, gates_of(terms_, handlers_), keys_of(terms_),
              {terms_.group, consumer_, terms_.lease_ms}),
      quotas_(weights_of(terms_), terms_.strict),
      ended_(on.io, [this](std::vector<job_ptr> jobs) { ended(std::move(jobs)); }),
      acknowledged_(on.io,
                    [this](std::vector<job_ptr> jobs) {
                        for (const auto& each : jobs) acknowledged_early(each);
                    }),
      handlers_home_(on.handlers), flights_(terms_.lease_ms), room_bell_(io_), tend_bell_(io_),
      tick_bell_(io_), state_bell_(io_), asked_bell_(io_), linger_(io_.get_executor()) {
    require_bounds(terms_);
    BOOST_ASSERT_MSG(on.blocking != nullptr || !handlers_.any_blocks(),
                     "a handler that blocks needs a pool");
    if (terms_.results) results_.emplace(mux_, *terms_.results);
    for (std::size_t i = 0; i < queues_.size(); ++i)
        marks_.push_back(std::make_unique<cancel_marks>());
    stage_ = std::make_shared<stage>(
        handlers_home_, terms_of(terms_),
        stage_links{.known = &handlers_,
                    .results = results_ ? &*results_ : nullptr,
                    .limits = limits_.gates().empty() ? nullptr : &limits_,
                    .blocking = on.blocking,
                    .cancelled = &marks_,
                    .done = [this](job_ptr one) { ended_.put(std::move(one)); },
                    .acknowledged = [this](job_ptr one) { acknowledged_.put(std::move(one)); }});
}

pump::~pump() { BOOST_ASSERT_MSG(!open_, "a worker is stopped before it ends"); }

void pump::spawn(std::function<task<void>()> what) {
    io_.spawn([self = shared_from_this(), what = std::move(what)]() -> task<void> {
        const running here(*self);
        try {
            co_await what();
        } catch (const std::exception& failure) {
            self->note(failure);
        }
    });
}

void pump::note(const std::exception& failure) { counts_.last_error = failure.what(); }

deadline pump::soon() const { return deadline::after(call_ms_max); }

worker_figures pump::figures() const {
    auto made = counts_;
    made.paused = all_paused();
    made.in_hand = flights_.size();
    made.running = at_stage_;
    return made;
}

std::vector<limit_figures> pump::limits() const {
    std::vector<limit_figures> made;
    const auto refusals = limits_.refusals();
    for (const auto* each : limits_.gates().all())
        made.push_back({queues_[each->queue].keys.stream, each->task, limits_.inside(*each),
                        refusals[made.size()]});
    return made;
}

task<void> pump::open(deadline by) {
    reader_.on_reconnected([this] { reader_id_ = 0; });
    reader_.start();
    open_ = true;
    co_await mux_.up(by);
    co_await reader_.up(by);
    co_await make_groups(by);
    co_await limits_.announce(by);
    co_await forget_consumers(by);
    for (std::size_t i = 0; i < queues_.size(); ++i) co_await check_queue(i);
    if (push_ != nullptr) co_await listen(by);
    ticked_ = ticked_before_ = look_at_ = keep_at_ = clock::now();
    reading_ = tending_ = true;
    spawn([this] { return tick_loop(); });
    spawn([this] { return tend_loop(); });
    spawn([this] { return read_loop(); });
}

}  // namespace headroom::tasks::detail
