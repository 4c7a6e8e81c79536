// service/fleet_member.hpp: this process among all that share its server.
#pragma once
#include <optional>
#include <vector>

#include "headroom/fleet/membership.hpp"
#include "headroom/observability/logger.hpp"
#include "headroom/persistence/application_name.hpp"
#include "headroom/runtime/runtime.hpp"
#include "service/settings.hpp"

namespace headroom::service {

/// What it works with, all of it alive until the process ends.
struct fleet_member_terms {
    const settings& with;
    budget::book& book;  ///< admitted: its ledgers are open
    const observability::logger& log;
    runtime& on;
    persistence::control& control;
    persistence::application_name name;     ///< the consumer is filled in
    std::vector<persistence::door*> doors;  ///< shut while the process is no member
};

/// A part that joins before the parts are started, because they must not open anything before, and
/// leaves when all but control are stopped.
class fleet_member final : public part {
public:
    explicit fleet_member(fleet_member_terms terms);
    ~fleet_member() override { stop(deadline::after(leave_ms_max)); }

    /// Takes the grant of fleet.ledger and joins, once, after admission. An exit code; says why.
    int join(deadline until);
    /// Null before join().
    fleet::membership* membership() noexcept { return is_ ? &*is_ : nullptr; }
    const fleet::membership* membership() const noexcept { return is_ ? &*is_ : nullptr; }

    std::string_view name() const noexcept override { return "fleet.membership"; }
    void start(deadline) override {}
    void stop(deadline drain_until) noexcept override;

private:
    static constexpr std::chrono::milliseconds leave_ms_max{2'000};

    fleet::membership_terms asked();
    int report(const fleet::fleet_result& got);
    int give_up(const std::string& why, int exit_code);

    const fleet_member_terms has_;
    persistence::door ledger_door_;
    std::optional<fleet::membership> is_;
};

}  // namespace headroom::service
