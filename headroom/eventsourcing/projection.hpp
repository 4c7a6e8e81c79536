// eventsourcing/projection.hpp: a read model, made from events.
//
// A projection is pure: from an event it decides which statements to run, and it never reads a
// clock, a socket or a table. Hence a replay from the first event gives the same rows, byte for
// byte, as having followed along: times come from the event.
//
//     class names final : public projection {
//         std::string_view name() const noexcept override { return "shop.names"; }
//         bool wants(std::string_view topic) const noexcept override { return topic == renamed; }
//         void apply(const recorded_event& from, effects& to) override {
//             to.run(upsert_name, from.stream, name_in(from.state), from.recorded_at);
//         }
//         void clear(effects& to) override { to.run(delete_names); }
//     };
#pragma once
#include <string_view>

#include "headroom/eventsourcing/effects.hpp"
#include "headroom/eventsourcing/event.hpp"

namespace headroom::eventsourcing {

inline constexpr std::size_t projection_name_max = 63;

/// Called on one reactor, by one owner at a time, events of a stream in their order.
class projection {
public:
    virtual ~projection() = default;

    /// Unique in a service: "tenancy.tenants". [a-z0-9_.-], at most projection_name_max bytes.
    virtual std::string_view name() const noexcept = 0;
    /// Raised when the read model's shape changes; each version has a checkpoint of its own.
    virtual int version() const noexcept { return 1; }
    /// Whether events of a topic have effects; others are passed over.
    virtual bool wants(std::string_view topic) const noexcept = 0;
    /// Appends the event's effects, and names what they touch where somebody keeps copies of it. An
    /// exception is a fault of the event (it cannot be read): after retries it is parked, and the
    /// events of other streams go on.
    virtual void apply(const recorded_event& from, effects& to) = 0;
    /// The statements that empty the read model, for a rebuild.
    virtual void clear(effects& to) = 0;
};

}  // namespace headroom::eventsourcing
