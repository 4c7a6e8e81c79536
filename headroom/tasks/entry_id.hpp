// tasks/entry_id.hpp: an entry of a stream, and the token that tells one delivery from the next.
#pragma once
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace headroom::tasks {

/// Redis' own: milliseconds of the server's clock, and a count within them.
struct entry_id {
    std::uint64_t ms = 0, count = 0;

    /// "1700000000000-3".
    std::string text() const;
    /// Of that form exactly; none otherwise.
    static std::optional<entry_id> parse(std::string_view text);
    auto operator<=>(const entry_id&) const = default;
};

/// Which delivery of which entry: it only grows for a task that is delivered again, so whatever a
/// task writes to can refuse a writer that is late (M. Kleppmann, "How to do distributed locking",
/// 2016). A task that was sent again after a failure is another entry.
struct fence {
    entry_id entry;
    unsigned deliveries = 1;  ///< this one included

    /// "1700000000000-3/2".
    std::string text() const;
    auto operator<=>(const fence&) const = default;
};

}  // namespace headroom::tasks
