// access/key_keeper.hpp: what verifications of API keys leave behind, written down later.
//
// When a key was used last is written at most once in period_ms a key. A key that was still kept as
// an older system hashed it is given its new hash by an event of its agent, so a rebuild of the
// registry keeps it.
#pragma once
#include "headroom/auth/api_key_uses.hpp"
#include "headroom/observability/logger.hpp"
#include "headroom/persistence/lanes.hpp"
#include "headroom/runtime/part.hpp"
#include "headroom/runtime/repeated_look.hpp"
#include "service/identity/agent_service.hpp"

namespace headroom::service::access {

class key_keeper final : public part {
public:
    static constexpr std::chrono::milliseconds period_ms{10'000}, write_ms_max{5'000};
    static constexpr unsigned replacing_max = 64;  ///< events under way; others wait for a next use

    /// All of it outlives this.
    key_keeper(reactor& home, const persistence::lanes& over, const identity::agent_service& agents,
               const observability::logger& log)
        : home_(home), over_(over), agents_(agents), log_(log),
          looks_(home, period_ms, [this] { return write_uses(deadline::after(write_ms_max)); }) {}

    /// From every reactor; neither waits.
    void note(const auth::registered_api_key& of, auth::wall_time at) { uses_.note(of, at); }
    void replace(const auth::registered_api_key& of, std::string hash);

    std::string_view name() const noexcept override { return "service.key_keeper"; }
    void start(deadline by) override;
    void stop(deadline drain_until) noexcept override;

private:
    task<void> write_uses(deadline until);
    task<void> write_hash(std::string agent, identity::rehash_key command);

    reactor& home_;
    const persistence::lanes& over_;
    const identity::agent_service& agents_;
    const observability::logger& log_;
    auth::api_key_uses uses_;
    std::atomic<unsigned> replacing_{0};
    repeated_look looks_;
};

}  // namespace headroom::service::access
