// eventsourcing/event_store.hpp: appending to streams, and reading them back.
//
// An append names, for each stream it touches, the version it was decided on. Either all of its
// events are recorded or none is; if another writer was faster, the append is refused with the
// version expected and the one found. Appends of many callers that are under way together share
// transactions (a coalescer collects while a flush is in flight), take no lock and send no NOTIFY:
// that follows on its own afterwards, at most one for every few milliseconds.
//
// An append is idempotent by the ids of its events. When its outcome is unknown (the connection was
// lost), it is looked up and repeated within the deadline: the caller gets the positions recorded
// the first time, and no second row exists.
//
//     auto done = co_await store.append({stream, 3, {event}}, context, until);
//     if (!done) co_return conflict(done.error());   // expected 3, actual 4
#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "headroom/eventsourcing/event.hpp"
#include "headroom/persistence/database.hpp"

namespace headroom::eventsourcing {

inline constexpr std::size_t append_events_max = 512;   ///< of one append
inline constexpr std::size_t append_streams_max = 64;   ///< of one append
inline constexpr std::size_t append_guards_max = 16;    ///< statements in one append's transaction

/// The events one append adds to one stream.
struct stream_append {
    stream_id stream;
    stream_version expected = 0;  ///< the stream's version it was decided on; 0: does not exist
    std::vector<new_event> events;
};

/// Statements that must hold in the same transaction, before the events: an INSERT into a registry
/// whose unique constraint decides between racing writers. An append with guards has a transaction
/// of its own.
struct append_guard {
    persistence::statement text;
    persistence::parameters values;
};

struct append_request {
    std::vector<stream_append> streams;  ///< no stream twice
    event_context context;
    std::vector<append_guard> guards;
};

/// Recorded.
struct appended {
    std::vector<log_position> positions;  ///< in the order of the request's events
    bool repeated = false;                ///< all of it had been recorded before
    log_position last() const noexcept { return positions.back(); }
};

/// Another writer was faster.
struct version_conflict {
    stream_id stream;
    stream_version expected = 0, actual = 0;
};
/// A guard's unique constraint refused; nothing was recorded.
struct guard_conflict {
    std::string constraint;
};
/// An event id is taken by another event: a caller's defect.
struct id_conflict {
    uuid id;
};
using append_refusal = std::variant<version_conflict, guard_conflict, id_conflict>;

/// A stream's events after some version, oldest first. Owns what its events point into.
class history {
public:
    history() = default;
    explicit history(std::vector<persistence::rows> owned);

    const std::vector<recorded_event>& events() const noexcept { return events_; }
    bool empty() const noexcept { return events_.empty(); }

private:
    std::vector<persistence::rows> rows_;
    std::vector<recorded_event> events_;
};

struct snapshot {
    stream_version version = 0;
    std::string topic, state;
};

/// How appends travel. Checked where settings are read.
struct store_bounds {
    std::size_t batch_appends_max = 64;     ///< appends in one transaction
    std::size_t batch_events_max = 512;     ///< events in one transaction
    std::size_t batch_bytes_max = 4 * 1024 * 1024;
    std::size_t waiting_max = 8192;         ///< appends in the queue; one more is refused
    std::size_t waiting_bytes_max = 64 * 1024 * 1024;    ///< of these; likewise
    std::chrono::milliseconds attempt_ms_max{5'000};     ///< of one transaction; then the next
    std::chrono::milliseconds notify_interval_ms{5};  ///< at most one NOTIFY in this time
};

struct store_figures {
    std::uint64_t appends = 0, events = 0, transactions = 0, conflicts = 0, repeated = 0,
                  resubmitted = 0, notifies = 0;
    std::size_t waiting = 0;       ///< for a transaction
    std::size_t under_way = 0;     ///< callers not answered yet, those that wait included
};

/// Called from any reactor; what it runs, it runs on the database's home reactor. A part: start()
/// opens its floor, stop() refuses new appends and ends those under way by the deadline.
class event_store final : public part {
public:
    /// Takes the grant of `eventsourcing.event_store` from `from`. All references outlive it.
    event_store(persistence::database& on, budget::book& from, const store_bounds& bounds = {});
    ~event_store() override;

    std::string_view name() const noexcept override { return "eventsourcing.event_store"; }
    void start(deadline by) override;
    void stop(deadline drain_until) noexcept override;

    /// Refusals of the request's content are append_refusal. Throws std::invalid_argument for a
    /// request beyond the bounds above, budget::refused (queue full, closing), deadline_passed,
    /// connection_lost (the outcome stayed unknown until the deadline) and server_error.
    task<std::expected<appended, append_refusal>> append(append_request what, deadline until);

    /// Events of a stream with a version above `after`, all of them.
    task<history> read(stream_id stream, stream_version after, deadline until);
    /// The latest snapshot, if any.
    task<std::optional<snapshot>> latest_snapshot(stream_id stream, deadline until);
    /// Replaces an older one. Snapshots are an optimisation: losing one costs time only.
    task<void> save_snapshot(stream_id stream, snapshot what, deadline until);

    /// Told the last position of every transaction that this process committed, on the home
    /// reactor: a wake-up that needs no server. Set before start().
    void on_appended(std::function<void(log_position)> listener);

    store_figures figures() const;

private:
    struct body;
    std::shared_ptr<body> body_;
};

/// The channel of NOTIFY; the payload is the last position.
inline constexpr char events_channel[] = "headroom_events";

}  // namespace headroom::eventsourcing
