#include "headroom/eventsourcing/detail/event_rows.hpp"

#include <span>

namespace headroom::eventsourcing::detail {

recorded_event event_in(const persistence::row& from) {
    const auto state = from.get<std::span<const std::byte>>(6);
    recorded_event made;
    made.position = from.get<std::int64_t>(0);
    made.stream = from.get<uuid>(1);
    made.version = from.get<std::int64_t>(2);
    made.id = from.get<uuid>(3);
    made.recorded_at = from.get<timestamp>(4);
    made.topic = from.get<std::string_view>(5);
    made.state = {reinterpret_cast<const char*>(state.data()), state.size()};
    made.metadata = from.get<std::string_view>(7);
    made.tenant = from.get<std::string_view>(8);
    return made;
}

}  // namespace headroom::eventsourcing::detail
