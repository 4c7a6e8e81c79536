// eventsourcing/codec.hpp: a domain's events, to topics and JSON and back.
//
// The events of an aggregate are the alternatives of a std::variant of described structs
// (fields.hpp), each with its `topic`. When a struct changes its shape it says which version it is
// and how an older one becomes the next:
//
//     struct renamed {
//         static constexpr char topic[] = "shop:Order.Renamed";
//         static constexpr int class_version = 2;
//         static void upcast(int from, boost::json::object& state);  // from 1 to 2
//         ...
#pragma once
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <variant>

#include "headroom/eventsourcing/fields.hpp"

namespace headroom::eventsourcing {

namespace detail {

template <class Event>
using members = boost::describe::describe_members<Event, boost::describe::mod_public>;

template <class Event>
constexpr int version_of() {
    if constexpr (requires { Event::class_version; }) return Event::class_version;
    else return 1;
}

}  // namespace detail

/// The state of one event, as compact JSON.
template <class Event>
std::string encode_state(const Event& what) {
    field_writer to;
    boost::mp11::mp_for_each<detail::members<Event>>(
        [&](auto member) { to.field(member.name, what.*member.pointer); });
    if constexpr (detail::version_of<Event>() > 1)
        to.field("class_version", std::int64_t{detail::version_of<Event>()});
    return to.text();
}

/// Throws undecodable; a version newer than ours is read as far as we know it.
template <class Event>
Event decode_state(std::string_view state) {
    field_reader from(Event::topic, state);
    if constexpr (detail::version_of<Event>() > 1)
        for (int version = from.class_version(); version < Event::class_version; ++version)
            Event::upcast(version, from.object());
    Event made;
    boost::mp11::mp_for_each<detail::members<Event>>(
        [&](auto member) { from.field(member.name, made.*member.pointer); });
    return made;
}

/// A new event, with an identifier of its own.
template <class... Events>
new_event encode(const std::variant<Events...>& what) {
    return std::visit(
        [](const auto& event) {
            return new_event{new_uuid(), std::decay_t<decltype(event)>::topic,
                             encode_state(event)};
        },
        what);
}

/// Whether one of the variant's events has this topic.
template <class Variant>
bool knows_topic(std::string_view topic) noexcept {
    return []<class... Events>(std::variant<Events...>*, std::string_view wanted) {
        return ((wanted == Events::topic) || ...);
    }(static_cast<Variant*>(nullptr), topic);
}

/// Throws undecodable for a topic that is none of the variant's, too.
template <class Variant>
Variant decode(std::string_view topic, std::string_view state) {
    std::optional<Variant> found;
    boost::mp11::mp_for_each<boost::mp11::mp_transform<boost::mp11::mp_identity, Variant>>(
        [&](auto each) {
            using event = typename decltype(each)::type;
            if (!found && topic == event::topic) found.emplace(decode_state<event>(state));
        });
    if (!found) throw undecodable("unknown topic " + std::string(topic.substr(0, topic_bytes_max)));
    return std::move(*found);
}

}  // namespace headroom::eventsourcing
