// eventsourcing/detail/checkpoints.hpp: the statements about headroom_checkpoints and
// headroom_parked, and their rows.
//
// Two laws stand in this text. A batch's first statement moves the checkpoint from exactly the
// position and the epoch its writer believes in, and divides by zero where the row says something
// else: the whole batch is rolled back (22012). It comes first, so that whoever wants to change the
// row waits for the batch before it touches the read model. And ownership is taken only while the
// server shows the session lock with the asking process: a process that slept through the loss of
// its lock cannot take back what is another's by now.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headroom/eventsourcing/event.hpp"
#include "headroom/persistence/connection.hpp"

namespace headroom::eventsourcing::detail {

/// A projection's row is named by these two.
struct checkpoint_key {
    std::string name;
    int version = 1;
};

/// What a new owner reads.
struct checkpoint_row {
    log_position position = 0;
    std::int64_t epoch = 0;
    bool paused = false;
    bool left_behind = false;  ///< the predecessor did not release it: it crashed
    std::optional<log_position> trying;
    unsigned attempts = 0;
};

/// What every process looks at now and then.
struct checkpoint_look {
    std::string name;
    int version = 1;
    std::int32_t lock_id = 0;
    log_position position = 0;
    std::int64_t epoch = 0;
    bool paused = false;
    bool locked = false;     ///< somebody holds its session lock
    bool replay = false;     ///< an operator asked for parked events to be tried again
    std::int64_t parked = 0;
    std::optional<persistence::timestamp> oldest;  ///< of the events beyond its position

    static checkpoint_look from(const persistence::row& of);
};

/// A parked event.
struct parked_event {
    stream_id stream;
    log_position position = 0;
};

using persistence::step;

step ensure_checkpoint(const checkpoint_key& of);

/// Two steps of one unit; read their answers with acquired(). `control_pid`: the backend that is
/// said to hold the lock.
std::vector<step> acquire_checkpoint(const checkpoint_key& of, int control_pid);
/// Nothing when that backend does not hold the lock.
std::optional<checkpoint_row> acquired(const std::vector<persistence::rows>& answers);

/// From `was` to `now`, else 22012. Clears what was noted of a try.
step move_checkpoint(const checkpoint_key& of, std::int64_t epoch, log_position was,
                     log_position now);
/// A try of the event `at` begins: 22012 when fenced. Not flushed: it has to outlive this process,
/// not the server.
std::vector<step> note_try(const checkpoint_key& of, std::int64_t epoch, log_position at,
                           unsigned attempts);
step forget_try(const checkpoint_key& of, std::int64_t epoch);
/// Nothing happens when it has another owner by now.
step release_checkpoint(const checkpoint_key& of, std::int64_t epoch);
/// Ends writers of an owner that stopped in the middle of a batch: they hold the row's lock.
std::vector<step> end_writers_of_owner(const checkpoint_key& of);

/// An event put aside, with the reason why, or because one of its stream was.
step park_event(const checkpoint_key& of, const recorded_event& what, unsigned attempts,
                const std::string& reason);
step unpark_event(const checkpoint_key& of, log_position at);
/// A replay failed: the stream's request is taken back.
std::vector<step> replay_failed(const checkpoint_key& of, const parked_event& what,
                                const std::string& reason);

extern const persistence::statement look_at_checkpoints;  ///< $1 names, $2 versions
extern const persistence::statement read_positions;       ///< $1 names, $2 versions
extern const persistence::statement read_checkpoint;      ///< position, epoch, paused
extern const persistence::statement parked_streams;       ///< $1 name, $2 version
extern const persistence::statement replay_stream;        ///< the next stream asked for
extern const persistence::statement replay_positions;     ///< its parked events, in order
extern const persistence::statement tell_projections;     ///< $1 payload

/// The channel on which owners and operators tell each other, and what they tell. A payload of
/// `ask_prefix` and a name asks that projection's owner to write its checkpoint soon.
inline constexpr char projections_channel[] = "headroom_projections";
inline constexpr std::string_view ask_prefix = "ask ";

}  // namespace headroom::eventsourcing::detail
