// service/actor.hpp: on whose behalf a command runs.
#pragma once
#include <optional>
#include <string>

#include "headroom/eventsourcing/event.hpp"

namespace headroom::service {

struct actor {
    std::string name = "anonymous";  ///< who: see access/account.hpp
    std::string correlation_id;      ///< the request's
    std::string traceparent;         ///< its position in a trace, for the tasks it asks for
    /// The aggregate's version the caller has seen; a conflict with it is the caller's to resolve.
    std::optional<eventsourcing::stream_version> expected;

    eventsourcing::event_context context(std::string tenant) const {
        return {std::move(tenant), correlation_id, {}, name};
    }
};

}  // namespace headroom::service
