#include "headroom/tasks/outbox.hpp"

#include <stdexcept>

#include "headroom/tasks/detail/bell.hpp"

namespace headroom::tasks {
namespace {

constexpr persistence::statement oldest_rows(
    "select task_id, message from headroom_task_outbox where queue = $1 "
    "order by created_at, task_id limit $2");
constexpr persistence::statement delete_rows(
    "delete from headroom_task_outbox where task_id = any($1::text[])");

}  // namespace

persistence::parameters outbox_row(const std::string& queue, const task_message& of) {
    auto message = write_message(of);
    if (!message) throw std::invalid_argument(message.error().message());
    return persistence::parameters::of(of.task_id, queue, *message);
}

struct outbox_relay::body : std::enable_shared_from_this<outbox_relay::body> {
    body(reactor& on, persistence::lanes& rows, producer& sender, relay_terms how)
        : home(on), over(rows), to(sender), with(how), bell(on), ended(on) {}

    task<void> loop();
    task<bool> bring_page();
    task<bool> bring(std::string id, std::string message);
    deadline soon() const { return deadline::after(with.call_ms_max); }

    reactor& home;
    persistence::lanes& over;
    producer& to;
    const relay_terms with;
    detail::bell bell, ended;
    bool runs = false, stopping = false;
    relay_figures counts;
};

task<void> outbox_relay::body::loop() {
    while (!stopping) {
        bool more = false;
        try {
            more = co_await bring_page();
        } catch (const std::exception& why) {
            ++counts.failed;
            counts.last_error = why.what();
        }
        if (!more && !stopping) co_await bell.wait(deadline::after(with.look_ms));
    }
    runs = false;
    ended.ring();
}

/// Rows are deleted after they were sent. Answers whether there may be more.
task<bool> outbox_relay::body::bring_page() {
    const auto page = co_await over.run(oldest_rows, soon(), to.terms().queue, page_max);
    std::vector<std::string> done;
    for (int i = 0; i < page.size() && !stopping; ++i) {
        auto id = page[i].get<std::string>(0);
        if (!co_await bring(id, page[i].get<std::string>(1))) break;
        done.push_back(std::move(id));
    }
    if (!done.empty())
        (void)co_await over.run(delete_rows, soon(), std::span<const std::string>(done));
    co_return std::ssize(done) == page_max;
}

/// False when the queue is full: its rows stay where they are. One that cannot be sent at all,
/// which only another program can have inserted, is counted and gone.
task<bool> outbox_relay::body::bring(std::string id, std::string message) {
    auto read = read_message(message);
    if (!read) {
        ++counts.failed;
        counts.last_error = id + ": " + read.error().message();
        co_return true;
    }
    const auto sent = co_await to.enqueue(
        *std::move(read), {.dedup_key = "outbox:" + id, .dedup_window = with.window_ms}, soon());
    if (sent) {
        ++(sent->is == sent_task::state::known ? counts.known : counts.sent);
        co_return true;
    }
    ++counts.failed;
    counts.last_error = sent.error().message();
    co_return sent.error().why != not_sent::reason::queue_full;
}

outbox_relay::outbox_relay(reactor& home, persistence::lanes& over, producer& to, relay_terms with)
    : body_(std::make_shared<body>(home, over, to, with)) {}

outbox_relay::~outbox_relay() = default;

void outbox_relay::start(deadline) {
    body_->home.run_blocking([of = body_]() -> task<void> {
        of->runs = true;
        of->home.spawn([of] { return of->loop(); });
        co_return;
    });
}

void outbox_relay::stop(deadline) noexcept {
    body_->home.run_blocking([of = body_]() -> task<void> {
        of->stopping = true;
        of->bell.ring();
        while (of->runs) co_await of->ended.wait(deadline(deadline::clock::time_point::max()));
    });
}

void outbox_relay::poke() { body_->bell.ring(); }

relay_figures outbox_relay::figures() const { return body_->counts; }

}  // namespace headroom::tasks
