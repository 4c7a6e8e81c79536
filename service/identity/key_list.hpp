// identity/key_list.hpp: an agent's keys as an operator sees them, within one tenant.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headroom/eventsourcing/event.hpp"
#include "headroom/persistence/lanes.hpp"

namespace headroom::service::identity {

struct listed_key {
    std::string id;
    bool revoked = false, agent_active = true;
    persistence::timestamp created_at;
    std::optional<persistence::timestamp> revoked_at{};    ///< or expired, by the nightly look
    std::optional<std::vector<std::string>> scopes{};      ///< none: whatever the agent may do
    std::optional<persistence::timestamp> last_used_at{};  ///< some seconds late

    static listed_key from(const persistence::row& each);
};

enum class key_standing { active, suspended, expired, revoked };

/// `expires_at`: none where no key expires. One that was revoked before then stays revoked.
key_standing standing_of(const listed_key& of, std::optional<persistence::timestamp> expires_at,
                         persistence::timestamp now);

inline constexpr int keys_page_max = 100;

/// As far as the projection has come. Usable from every reactor; the lanes outlive it.
class key_list {
public:
    explicit key_list(const persistence::lanes& over) : over_(over) {}

    /// Newest first, those after the key `after`; empty: from the newest.
    task<std::vector<listed_key>> page(persistence::tenant_id tenant, eventsourcing::uuid agent,
                                       std::string after, int size, deadline until) const;

private:
    const persistence::lanes& over_;
};

}  // namespace headroom::service::identity
