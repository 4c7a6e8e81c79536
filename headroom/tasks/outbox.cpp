#include "headroom/tasks/outbox.hpp"

#include <stdexcept>

#include "headroom/tasks/detail/bell.hpp"
#include "headroom/tasks/detail/dead_reason.hpp"

namespace headroom::tasks {
namespace {

// A message that is too large to be sent is not read with the others.
constexpr persistence::statement oldest_rows(
    "select task_id, octet_length(message)::bigint, "
    "case when octet_length(message) <= $3::bigint then message end "
    "from headroom_task_outbox where queue = $1 and octet_length(message) <= $4::bigint "
    "order by created_at, task_id limit $2");
constexpr persistence::statement message_of_row(
    "select message from headroom_task_outbox where task_id = $1");
constexpr persistence::statement count_rows(
    "select count(*) from (select from headroom_task_outbox where queue = $1 limit $2) as waiting");
constexpr persistence::statement delete_rows(
    "delete from headroom_task_outbox where task_id = any($1::text[])");

}  // namespace

persistence::parameters outbox_row(const std::string& queue, const task_message& of) {
    auto message = write_message(of);
    if (!message) throw std::invalid_argument(message.error().message());
    return persistence::parameters::of(of.task_id, queue, *message);
}

struct outbox_relay::body : std::enable_shared_from_this<outbox_relay::body> {
    body(reactor& on, persistence::lanes& rows, std::vector<relay_route> to, relay_terms how)
        : home(on), over(rows), routes(std::move(to)), with(how), bell(on), ended(on) {}

    task<void> loop();
    task<bool> look(const relay_route& at);
    task<bool> bring_page(const relay_route& at);
    task<bool> bring(producer& to, std::string id, std::string message);
    task<void> bury(producer& to, std::string id, std::string_view reason, std::string note,
                    std::string message);
    task<void> bury_large(producer& to, std::string id, std::int64_t bytes);
    task<void> count_waiting();
    void failed(std::string why);
    deadline soon() const { return deadline::after(with.call_ms_max); }

    reactor& home;
    persistence::lanes& over;
    const std::vector<relay_route> routes;
    const relay_terms with;
    detail::bell bell, ended;
    bool runs = false, stopping = false;
    deadline::clock::time_point count_at{};
    relay_figures counts;
};

void outbox_relay::body::failed(std::string why) {
    ++counts.failed;
    counts.last_error = std::move(why);
}

task<void> outbox_relay::body::loop() {
    while (!stopping) {
        bool more = false;
        for (const auto& each : routes)
            if (!stopping) more |= co_await look(each);
        if (!stopping && deadline::clock::now() >= count_at) co_await count_waiting();
        if (!more && !stopping) co_await bell.wait(deadline::after(with.look_ms));
    }
    runs = false;
    ended.ring();
}

/// What befalls one queue's rows leaves the others'.
task<bool> outbox_relay::body::look(const relay_route& at) {
    try {
        co_return co_await bring_page(at);
    } catch (const std::exception& why) {
        failed(why.what());
    }
    co_return false;
}

task<void> outbox_relay::body::count_waiting() {
    count_at = deadline::clock::now() + with.count_ms;
    std::int64_t waiting = 0;
    try {
        for (const auto& each : routes)
            waiting += co_await over.one<std::int64_t>(count_rows, soon(), each.queue, waiting_max);
        counts.waiting = static_cast<std::uint64_t>(waiting);
    } catch (const std::exception& why) {
        failed(why.what());
    }
}

/// Rows are deleted after they were sent. Answers whether there may be more.
task<bool> outbox_relay::body::bring_page(const relay_route& at) {
    const auto largest = static_cast<std::int64_t>(at.to->terms().payload_bytes_max);
    const auto page = co_await over.run(oldest_rows, soon(), at.queue, page_max, largest,
                                        letter_bytes_max);
    std::vector<std::string> done;
    for (int i = 0; i < page.size() && !stopping; ++i) {
        auto id = page[i].get<std::string>(0);
        if (page[i].is_null(2))
            co_await bury_large(*at.to, id, page[i].get<std::int64_t>(1));
        else if (!co_await bring(*at.to, id, page[i].get<std::string>(2)))
            break;
        done.push_back(std::move(id));
    }
    if (!done.empty())
        (void)co_await over.run(delete_rows, soon(), std::span<const std::string>(done));
    co_return std::ssize(done) == page_max;
}

/// False when the queue is full: its rows stay where they are. What cannot be sent at all, which
/// only another program can have inserted, is a dead letter.
task<bool> outbox_relay::body::bring(producer& to, std::string id, std::string message) {
    auto read = read_message(message);
    if (!read || id.size() > task_id_bytes_max) {
        auto why = read ? "its id has more than " + std::to_string(task_id_bytes_max) + " bytes"
                        : read.error().message();
        co_await bury(to, std::move(id), detail::dead_reason::unparsable, std::move(why),
                      std::move(message));
        co_return true;
    }
    const auto sent = co_await to.enqueue(
        *std::move(read), {.dedup_key = "outbox:" + id, .dedup_window = with.window_ms}, soon());
    if (sent) {
        ++(sent->is == sent_task::state::known ? counts.known : counts.sent);
        co_return true;
    }
    const auto& refused = sent.error();
    if (refused.why == not_sent::reason::queue_full) {
        failed(refused.message());
        co_return false;
    }
    co_await bury(to, std::move(id),
                  refused.why == not_sent::reason::too_large ? detail::dead_reason::too_large
                                                             : detail::dead_reason::unparsable,
                  refused.message(), std::move(message));
    co_return true;
}

task<void> outbox_relay::body::bury_large(producer& to, std::string id, std::int64_t bytes) {
    auto message = co_await over.one<std::string>(message_of_row, soon(), id);
    auto note = std::to_string(bytes) + " bytes, at most " +
                std::to_string(to.terms().payload_bytes_max);
    co_await bury(to, std::move(id), detail::dead_reason::too_large, std::move(note),
                  std::move(message));
}

/// Before its row is deleted: a relay that dies in between writes no second letter.
task<void> outbox_relay::body::bury(producer& to, std::string id, std::string_view reason,
                                    std::string note, std::string message) {
    failed(id + ": " + note);
    co_await to.bury({.task_id = std::move(id),
                      .reason = reason,
                      .note = std::move(note),
                      .data = std::move(message),
                      .window = with.window_ms},
                     soon());
    ++counts.dead;
}

outbox_relay::outbox_relay(reactor& home, persistence::lanes& over,
                           std::vector<relay_route> routes, relay_terms with)
    : body_(std::make_shared<body>(home, over, std::move(routes), with)) {}

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
