// eventsourcing/detail/append_statements.hpp: what the store says to PostgreSQL, and its answers.
#pragma once
#include <span>

#include "headroom/eventsourcing/detail/append_entry.hpp"

namespace headroom::eventsourcing::detail {

using batch_view = std::span<const std::shared_ptr<append_entry>>;

/// All events of a batch in one statement and one snapshot: appends whose streams are all at the
/// version expected are recorded, of the others not a row is written and no position is drawn.
extern const persistence::statement append_events;
persistence::parameters append_values(batch_view batch);

/// What became of one append of a batch.
struct append_answer {
    std::vector<log_position> positions;       ///< recorded
    std::optional<version_conflict> conflict;  ///< or refused: the first stream that had moved on
};
/// In the order of the batch. Throws persistence::unexpected_result.
std::vector<append_answer> read_append(batch_view batch, const persistence::rows& from);

/// Fails with division_by_zero unless this very transaction has recorded the append's last event:
/// it ends a unit with guards, so that they never stand alone.
extern const persistence::statement confirm_event;
persistence::parameters confirm_values(const append_entry& of);

/// Where the events of a batch stand already, if they do, by their ids.
extern const persistence::statement look_up_events;
persistence::parameters look_up_values(batch_view batch);

/// What was found of one append.
struct found_events {
    std::vector<log_position> positions;  ///< of those that are the same in every respect
    std::optional<uuid> foreign;          ///< an id that another event has
    bool all = false;                     ///< the whole append is recorded
};
std::vector<found_events> read_look_up(batch_view batch, const persistence::rows& from);

/// Versions of streams, in their order.
extern const persistence::statement stream_versions;
persistence::parameters version_values(const append_entry& of);
/// The first stream that is not at the version expected.
std::optional<version_conflict> read_versions(const append_entry& of,
                                              const persistence::rows& from);

}  // namespace headroom::eventsourcing::detail
