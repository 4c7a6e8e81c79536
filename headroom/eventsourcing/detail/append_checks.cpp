#include "headroom/eventsourcing/detail/append_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "headroom/observability/utf8.hpp"

namespace headroom::eventsourcing::detail {
namespace {

void require(bool holds, const std::string& otherwise) {
    if (!holds) throw std::invalid_argument(otherwise);
}

void at_most(std::size_t found, std::size_t bound, const char* what) {
    if (found > bound)
        throw std::invalid_argument(fmt::format("{}: {}, at most {}", what, found, bound));
}

void check_text(std::string_view text, const char* what) {
    require(!text.contains('\0') && observability::clean_utf8(text, text.size()) == text,
            fmt::format("{} is not text in UTF-8, or holds a zero byte", what));
}

void check_content(const std::string& topic, const std::string& state) {
    require(!topic.empty(), "an event has a topic");
    at_most(topic.size(), topic_bytes_max, "bytes of a topic");
    check_text(topic, "a topic");
    at_most(state.size(), state_bytes_max, "bytes of an event's state");
}

void check_stream(const stream_append& one, std::size_t events) {
    require(!one.events.empty(), "a stream is named with at least one event");
    require(one.expected >= 0, "a stream's version is not negative");
    require(one.expected <= std::numeric_limits<stream_version>::max() -
                                static_cast<stream_version>(events),
            "a stream's version has no room for these events");
    for (const auto& each : one.events) check_content(each.topic, each.state);
}

template <class Range, class Projection>
bool repeats(const Range& of, Projection by) {
    std::vector<uuid> all;
    for (const auto& each : of) all.push_back(std::invoke(by, each));
    std::ranges::sort(all);
    return std::ranges::adjacent_find(all) != all.end();
}

void check_ids(const append_request& what) {
    std::vector<uuid> ids;
    for (const auto& stream : what.streams)
        for (const auto& each : stream.events) ids.push_back(each.id);
    require(std::ranges::find(ids, uuid{}) == ids.end(), "an event has an id");
    require(!repeats(ids, std::identity()), "an append names an event's id twice");
    require(!repeats(what.streams, &stream_append::stream), "an append names a stream twice");
}

}  // namespace

std::string metadata_of(const event_context& context) {
    std::string made = "{";
    const auto enter = [&made](const char* name, const std::string& value) {
        if (value.empty()) return;
        at_most(value.size(), metadata_bytes_max, "bytes of an event's metadata");
        check_text(value, name);
        made += made.size() > 1 ? ",\"" : "\"";
        made.append(name).append("\":");
        observability::append_json(made, value);
    };
    enter("correlation_id", context.correlation_id);
    enter("causation_id", context.causation_id);
    enter("user_id", context.user_id);
    made += '}';
    at_most(made.size(), metadata_bytes_max, "bytes of an event's metadata");
    return made;
}

void check(const append_request& what, const std::string& metadata, const store_bounds& within) {
    require(!what.streams.empty(), "an append names a stream");
    at_most(what.streams.size(), append_streams_max, "streams of one append");
    at_most(what.guards.size(), append_guards_max, "guards of one append");
    std::size_t events = 0, bytes = 0;
    for (const auto& stream : what.streams) {
        events += stream.events.size();
        for (const auto& each : stream.events) bytes += each.topic.size() + each.state.size();
    }
    at_most(events, std::min(append_events_max, within.batch_events_max), "events of one append");
    at_most(bytes + events * metadata.size(), within.batch_bytes_max, "bytes of one append");
    for (const auto& stream : what.streams) check_stream(stream, events);
    check_ids(what);
    if (what.context.tenant) {
        check_text(*what.context.tenant, "a tenant");
        at_most(what.context.tenant->size(), topic_bytes_max, "bytes of a tenant");
    }
}

void check(const snapshot& what) {
    require(what.version > 0, "a snapshot is taken of a version above 0");
    check_content(what.topic, what.state);
}

}  // namespace headroom::eventsourcing::detail
