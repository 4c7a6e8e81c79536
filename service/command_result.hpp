// service/command_result.hpp: what a command came to, in the domain's words.
#pragma once
#include "headroom/eventsourcing/repository.hpp"
#include "service/domain_error.hpp"

namespace headroom::service {

/// Where the caller's effect stands: the aggregate's version, and the position that read models
/// have to reach for it to be seen; none, 0, when nothing had to be done.
struct done {
    eventsourcing::stream_version version = 0;
    eventsourcing::log_position position = 0;

    bool changed() const noexcept { return position > 0; }
};

using command_failure = eventsourcing::execution_failure<domain_error>;

/// A version conflict becomes CONFLICT with the version expected and the one found.
domain_error explained(const command_failure& why);

template <eventsourcing::decider D>
outcome<done> settled(const std::expected<eventsourcing::executed<D>, command_failure>& from) {
    if (!from) return std::unexpected(explained(from.error()));
    return done{from->version, from->last};
}

}  // namespace headroom::service
