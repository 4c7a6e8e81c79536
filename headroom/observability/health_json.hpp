// observability/health_json.hpp: health as probes and operators read it.
//
// The shape is IETF "health+json" (draft-inadarei-api-health-check-06): status, version, and an
// array of measurements under each "component:measurement".
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headroom/budget/ledger.hpp"
#include "headroom/observability/health.hpp"
#include "headroom/observability/redactor.hpp"

namespace headroom::observability {

/// What /healthz says besides the checks.
struct health_facts {
    std::string version, service;
    std::vector<budget::ledger_snapshot> ledgers;
    std::optional<std::uint64_t> threads;
};

/// An answer to a probe: a body and whether it is 200 (pass, warn) or 503 (fail).
struct health_reply {
    bool up = true;
    std::string body;
    static constexpr std::string_view content_type = "application/health+json";
};

/// {"status":"pass"}: looks at nothing, so it answers when everything else is stuck.
health_reply livez();
/// The status, and why not in one word: "starting", "draining", or the names of the failed checks.
health_reply readyz(const health& of, health::instant now);
/// `detailed`: the caller is authorised. Others see the status alone. Numbers are of this moment.
health_reply healthz(const health& of, health::instant now,
                     std::chrono::system_clock::time_point wall, const health_facts& facts,
                     const redactor& hiding, bool detailed);

}  // namespace headroom::observability
