// eventsourcing/projections.hpp: runs projections, each owned by one process at a time.
//
// Any number of them share two writer sessions. A batch is one round trip: its effects and the
// checkpoint under one Sync, all or nothing, so that an event's effect and the note that it was
// taken are never apart. Ownership is a session lock on the control connection: the server drops it
// with the process, and a process that stands by takes over. Safety does not rest on the lock but
// on the checkpoint's epoch: a writer whose epoch is old writes nothing.
//
// An event that cannot be applied is tried again with growing pauses, then parked together with the
// later events of its stream, while others go on. A crash counts as a try.
#pragma once
#include <chrono>
#include <expected>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "headroom/eventsourcing/audience.hpp"
#include "headroom/eventsourcing/feed.hpp"
#include "headroom/eventsourcing/projection.hpp"

namespace headroom::eventsourcing {

struct projection_bounds {
    unsigned runners_max = 8;                 ///< MAX_PROJECTION_RUNNERS; one more is refused
    std::size_t batch_events_max = 512;       ///< of one transaction; adaptive below it
    std::size_t batch_bytes_max = 1024 * 1024;
    std::chrono::milliseconds batch_target_ms{50};  ///< a batch that takes longer is made smaller
    unsigned attempts_max = 5;                ///< tries of an event before it is parked
    std::chrono::milliseconds retry_least_ms{50};   ///< pause after a failed try, doubling up to
    std::chrono::milliseconds retry_most_ms{2'000};
    std::chrono::milliseconds takeover_poll_ms{250};///< how often a standby looks for free locks
    std::chrono::milliseconds pass_over_ms{1'000};  ///< foreign events move a checkpoint this often
    std::chrono::milliseconds write_ms_max{10'000}; ///< one batch
};

/// The (runners_max + 1)-th projection, or one that runs in this process already.
class projection_refused : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

enum class projection_state {
    standing_by,  ///< another process owns it
    starting,
    following,    ///< at most a batch behind
    catching_up,
    paused,
    retrying,     ///< an event fails, or the database does not answer
    stopped,
};
std::string_view to_string(projection_state of) noexcept;

struct projection_status {
    std::string name;
    int version = 1;
    projection_state state = projection_state::stopped;
    log_position position = 0;      ///< taken, as far as this process knows
    std::int64_t lag_events = 0;    ///< positions between it and the feed's head
    std::chrono::milliseconds lag{0};  ///< age of the oldest event not taken yet
    std::int64_t parked = 0;        ///< events put aside
    std::string trouble;            ///< the last failure, "" when all is well
};

/// A part, on the home reactor. wait_for() and statuses() from any thread.
class projections final : public part {
public:
    /// Takes the grant of `eventsourcing.writers`. `writers` leads to the database as the projector
    /// role. `told`, if any, hears what effects touch. Throws projection_refused. All references
    /// outlive it.
    projections(persistence::database& on, persistence::door& writers,
                persistence::control& control, feed& from, budget::book& shares,
                std::vector<std::unique_ptr<projection>> all, const projection_bounds& bounds = {},
                audience* told = nullptr);
    ~projections() override;

    std::string_view name() const noexcept override { return "eventsourcing.projections"; }
    /// Throws projection_refused when this process runs one of them already.
    void start(deadline by) override;
    /// Ends the batches in flight and releases ownership, so that others take over at once.
    void stop(deadline drain_until) noexcept override;

    /// Until the projection has taken everything up to `at`, whichever process runs it. False at
    /// the deadline. Throws std::invalid_argument for an unknown name.
    task<bool> wait_for(log_position at, std::string_view projection, deadline until);
    /// The same for every projection of this service.
    task<bool> wait_for_all(log_position at, deadline until);

    std::vector<projection_status> statuses() const;

private:
    struct body;
    std::shared_ptr<body> body_;
    bool started_ = false;
};

}  // namespace headroom::eventsourcing
