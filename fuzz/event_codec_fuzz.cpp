// Recorded events of both domains, as anybody may have written them: a topic, a line end, a state.
// What is read is written again and read the same.
#include <cstdlib>

#include "service/identity/events.hpp"
#include "service/tenancy/events.hpp"

namespace {

template <class Event>
void read(std::string_view topic, std::string_view state) {
    if (!headroom::eventsourcing::knows_topic<Event>(topic)) return;
    try {
        const auto first = headroom::eventsourcing::decode<Event>(topic, state);
        const auto written = headroom::eventsourcing::encode(first);
        if (headroom::eventsourcing::decode<Event>(written.topic, written.state) != first)
            std::abort();
    } catch (const headroom::eventsourcing::undecodable&) {
        return;  // most inputs are no events
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto end = text.find('\n');
    if (end == text.npos) return 0;
    const auto topic = text.substr(0, end), state = text.substr(end + 1);
    read<headroom::service::tenancy::event>(topic, state);
    read<headroom::service::identity::user_event>(topic, state);
    read<headroom::service::identity::agent_event>(topic, state);
    return 0;
}
