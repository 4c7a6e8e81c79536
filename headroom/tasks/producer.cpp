#include "headroom/tasks/producer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <boost/assert.hpp>
#include <limits>
#include <random>

#include "headroom/tasks/detail/scripts.hpp"

namespace headroom::tasks {
namespace {

using redis::command;
using redis::sending;

constexpr std::size_t entries_a_write = 1'024;  // entries of one write

bool is_channel(std::string_view text) {
    return text.size() <= wake_channel_bytes_max &&
           std::ranges::all_of(text, [](unsigned char c) { return c > ' ' && c < 0x7f; });
}

command entry_command(const queue_keys& to, std::string_view data, std::string_view wake) {
    if (wake.empty()) return command("XADD", to.stream, "*", "data", data);
    return command("XADD", to.stream, "*", "data", data, "w", wake);
}

std::mt19937_64 seeded() {
    std::random_device source;
    std::seed_seq seed{source(), source(), source(), source(), source(), source()};
    return std::mt19937_64(seed);
}

entry_id id_of(std::string_view text) {
    const auto read = entry_id::parse(text);
    if (!read) throw redis::unexpected_answer("XADD answered what is no entry's id");
    return *read;
}

}  // namespace

std::string not_sent::message() const {
    switch (why) {
        case reason::queue_full:
            return fmt::format("queue {} is full: {} tasks, at most {}", queue, length, limit);
        case reason::too_large:
            return fmt::format("a message for queue {} has {} bytes, at most {}", queue, length,
                               limit);
        case reason::not_written: break;
    }
    return fmt::format("a message for queue {} cannot be written: {}", queue, note);
}

struct producer::body {
    body(redis::mux& on, producer_terms with)
        : through(on), terms(std::move(with)), keys(terms.queue) {}

    std::expected<std::string, not_sent> encoded(const task_message& what) const;
    not_sent full(std::size_t length) const {
        return {not_sent::reason::queue_full, terms.queue, length, terms.cap};
    }
    /// So close to the cap that what others send meanwhile may pass it: then the server decides.
    bool is_near_cap() const {
        const auto margin = std::max<std::size_t>(terms.cap / 10, 1'024);
        return length.load(std::memory_order_relaxed) + margin >= terms.cap;
    }
    task<std::vector<redis::value>> send(std::vector<command> what, deadline until);
    task<answer> place(std::string id, std::string data, sending_terms how, deadline until);

    redis::mux& through;
    const producer_terms terms;
    const queue_keys keys;
    // As last seen; the largest number until it was seen once.
    std::atomic<std::size_t> length{std::numeric_limits<std::size_t>::max() / 2};
    std::atomic<unsigned> since_look{length_every};  // the first one looks
};

std::expected<std::string, not_sent> producer::body::encoded(const task_message& what) const {
    auto written = write_message(what);
    if (!written)
        return std::unexpected(not_sent{not_sent::reason::not_written, terms.queue, 0, 0,
                                        written.error().message()});
    if (written->size() > terms.payload_bytes_max)
        return std::unexpected(not_sent{not_sent::reason::too_large, terms.queue, written->size(),
                                        terms.payload_bytes_max});
    return std::move(*written);
}

/// With a look at the length in the same write. Throws what the first that failed was answered.
task<std::vector<redis::value>> producer::body::send(std::vector<command> what, deadline until) {
    what.emplace_back("XLEN", keys.stream);
    auto said = co_await through.run_unit(std::move(what), until);
    for (const auto& each : said) redis::throw_if_error(each, "XADD");
    length.store(static_cast<std::size_t>(said.back().number()), std::memory_order_relaxed);
    since_look.store(0, std::memory_order_relaxed);
    said.pop_back();
    co_return said;
}

/// By the script, which knows cap, dedup and delay.
task<producer::answer> producer::body::place(std::string id, std::string data, sending_terms how,
                                             deadline until) {
    const bool unique = !how.dedup_key.empty();
    const auto dedup = unique ? keys.dedup(how.dedup_key) : keys.stream;
    const auto cap = std::to_string(terms.cap), delay = std::to_string(how.delay.count());
    const auto window = std::to_string(unique ? how.dedup_window.count() : 0);
    const std::array<std::string_view, 4> at{keys.stream, keys.delayed, keys.payloads, dedup};
    const std::array<std::string_view, 8> with{
        cap,  id,           window,           delay, how.dedup_until_done && unique ? "1" : "0",
        keys.channel, how.wake_channel, data};
    const auto said = co_await detail::place_script().run(
        through, at, with, until, unique ? sending::repeatable : sending::once);
    const auto word = said[0].text();
    if (word == "sent")
        co_return sent_task{std::move(id), sent_task::state::queued, id_of(said[1].text())};
    if (word == "delayed") co_return sent_task{std::move(id), sent_task::state::delayed};
    if (word == "full") {
        length.store(static_cast<std::size_t>(said[1].number()), std::memory_order_relaxed);
        co_return std::unexpected(full(static_cast<std::size_t>(said[1].number())));
    }
    // Its own: the answer to the first attempt got lost.
    const bool own = said[1].text() == id;
    co_return sent_task{std::string(said[1].text()),
                        !own                   ? sent_task::state::known
                        : how.delay.count() > 0 ? sent_task::state::delayed
                                                : sent_task::state::queued};
}

producer::producer(redis::mux& through, producer_terms with)
    : body_(std::make_shared<body>(through, std::move(with))) {
    BOOST_ASSERT(body_->terms.cap >= 1);
}

producer::~producer() = default;

const producer_terms& producer::terms() const noexcept { return body_->terms; }

task<producer::answer> producer::enqueue(task_message what, sending_terms how, deadline until) {
    const auto self = body_;
    BOOST_ASSERT_MSG(how.delay.count() >= 0 && how.delay <= delay_max, "a delay out of bounds");
    BOOST_ASSERT_MSG(how.dedup_key.size() <= dedup_key_bytes_max, "a dedup key is too long");
    BOOST_ASSERT_MSG(how.dedup_key.empty() || how.dedup_window.count() > 0,
                     "a dedup key stands for a time");
    BOOST_ASSERT_MSG(is_channel(how.wake_channel), "no channel of a result_waiter");
    auto data = self->encoded(what);
    if (!data) co_return std::unexpected(std::move(data.error()));
    const bool looks =
        self->since_look.fetch_add(1, std::memory_order_relaxed) + 1 >= length_every;
    if (how.delay.count() > 0 || !how.dedup_key.empty() || self->is_near_cap()) {
        auto placed = co_await self->place(std::move(what.task_id), std::move(*data),
                                           std::move(how), until);
        if (looks) (void)co_await self->send({}, until);
        co_return placed;
    }
    auto one = entry_command(self->keys, *data, how.wake_channel);
    if (!looks) {
        const auto said = co_await self->through.run(std::move(one), until);
        co_return sent_task{std::move(what.task_id), sent_task::state::queued,
                            id_of(said.text())};
    }
    std::vector<command> unit;
    unit.push_back(std::move(one));
    const auto said = co_await self->send(std::move(unit), until);
    co_return sent_task{std::move(what.task_id), sent_task::state::queued,
                        id_of(said.front().text())};
}

task<std::expected<std::vector<entry_id>, not_sent>> producer::enqueue_all(
    std::vector<task_message> what, std::string wake_channel, deadline until) {
    const auto self = body_;
    BOOST_ASSERT_MSG(is_channel(wake_channel), "no channel of a result_waiter");
    std::vector<command> all;
    for (const auto& each : what) {
        const auto data = self->encoded(each);
        if (!data) co_return std::unexpected(data.error());
        all.push_back(entry_command(self->keys, *data, wake_channel));
    }
    std::vector<entry_id> made;
    if (self->is_near_cap() || self->since_look.load() + all.size() > length_every) {
        (void)co_await self->send({}, until);
        const auto length = self->length.load();
        if (length + all.size() > self->terms.cap) co_return std::unexpected(self->full(length));
    }
    for (std::size_t from = 0; from < all.size(); from += entries_a_write) {
        const auto to = std::min(all.size(), from + entries_a_write);
        std::vector<command> unit(
            std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(from)),
            std::make_move_iterator(all.begin() + static_cast<std::ptrdiff_t>(to)));
        for (const auto& said : co_await self->send(std::move(unit), until))
            made.push_back(id_of(said.text()));
    }
    co_return made;
}

task<void> producer::bury(unsendable what, deadline until) {
    const auto self = body_;
    const auto once = self->keys.dedup("letter:" + what.task_id);
    const auto window = std::to_string(what.window.count());
    const auto most = std::to_string(dead_letters_usual);
    const std::array<std::string_view, 2> at{self->keys.dead, once};
    const std::array<std::string_view, 22> with{
        window,     most,       "reason", what.reason,  "note",    what.note,
        "task_id",  what.task_id, "task_name", "",      "entry",   "",
        "deliveries", "0",      "failures", "0",        "consumer", "",
        "wake",     "",         "data",   what.data};
    (void)co_await detail::bury_script().run(self->through, at, with, until,
                                             sending::repeatable);
}

std::string producer::new_task_id() {
    static thread_local auto random = seeded();
    constexpr std::uint64_t version_mask = 0xffff'ffff'ffff'0fffull, version = 0x4000ull;
    constexpr std::uint64_t variant_mask = 0x3fff'ffff'ffff'ffffull, variant = 1ull << 63;
    return fmt::format("{:016x}{:016x}", (random() & version_mask) | version,
                       (random() & variant_mask) | variant);
}

}  // namespace headroom::tasks
