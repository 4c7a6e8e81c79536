#include "headroom/eventsourcing/detail/append_entry.hpp"

#include <algorithm>

namespace headroom::eventsourcing::detail {

append_entry::append_entry(append_request asked, std::string context, deadline by)
    : what(std::move(asked)), metadata(std::move(context)), until(by), alone(!what.guards.empty()),
      due([this] { expire(); }) {
    least = std::ranges::min_element(what.streams, {}, &stream_append::stream)->stream;
    for (const auto& stream : what.streams) {
        events += stream.events.size();
        for (const auto& each : stream.events) bytes += each.topic.size() + each.state.size();
    }
    bytes += events * metadata.size();
}

append_entry::answer append_entry::take() {
    if (auto* failed = std::get_if<std::exception_ptr>(&outcome)) std::rethrow_exception(*failed);
    return std::move(std::get<answer>(outcome));
}

}  // namespace headroom::eventsourcing::detail
