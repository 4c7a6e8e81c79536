// service/command_result.hpp: what a command came to, in the domain's words.
#pragma once
#include "headroom/eventsourcing/repository.hpp"
#include "service/actor.hpp"
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

/// Decisions of a command that names no version: many writers of one stream each win once.
inline constexpr int tries_max = 100;

/// Loads, decides and appends on behalf of `by`; `decide` is pure, and may be asked often. `guards`
/// run in the transaction of the events, and not when there are none.
template <eventsourcing::decider D, class Decide>
task<outcome<done>> execute(const eventsourcing::repository<D>& on, eventsourcing::stream_id stream,
                            actor by, std::string tenant, deadline until, Decide decide,
                           std::vector<eventsourcing::append_guard> guards = {}) {
    const auto result = co_await on.template execute<domain_error>(
        stream, by.context(tenant), until, decide, {by.expected, std::move(guards), tries_max});
    if (!result) co_return std::unexpected(explained(result.error()));
    co_return done{result->version, result->last};
}

}  // namespace headroom::service
