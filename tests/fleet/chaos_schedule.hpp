// tests/fleet/chaos_schedule.hpp: what is done to a fleet, and when, drawn from a seed.
#pragma once
#include <chrono>
#include <cstdint>
#include <random>
#include <string>

namespace headroom::fleet {

enum class chaos_verb {
    kill,          ///< SIGKILL to a member; another takes its place
    stop,          ///< SIGSTOP to a member, and after `amount` milliseconds SIGCONT
    leave,         ///< SIGTERM to a member; another takes its place, asking for `amount`
    cut,           ///< a member's control connection is ended by the server
    deploy,        ///< a service's next generation starts while the one before drains
    kill_service,  ///< SIGKILL to a service; another takes its place
    stop_service,
    resize_fleet,  ///< from now on `amount` members are wanted
    limit_role,    ///< the role of the members' work may have `amount` connections
};

struct chaos_step {
    chaos_verb verb = chaos_verb::kill;
    unsigned who = 0, amount = 0;
    std::chrono::milliseconds pause{0};  ///< before it
    bool operator==(const chaos_step&) const = default;
    std::string text() const;
};

/// The same seed draws the same steps, on every machine. Pure.
class chaos_schedule {
public:
    chaos_schedule(std::uint64_t seed, unsigned members, unsigned services)
        : random_(seed), members_(members), services_(services) {}

    chaos_step next();

private:
    unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
    unsigned stop_ms();

    std::mt19937_64 random_;  // the library's distributions differ between implementations
    const unsigned members_, services_;
};

}  // namespace headroom::fleet
