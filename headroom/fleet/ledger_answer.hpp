// fleet/ledger_answer.hpp: what the ledger's functions of protocol 1 take and answer, as JSON.
//
// Pure, so that the protocol is tested without a server.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "headroom/fleet/reservation.hpp"

namespace headroom::fleet {

/// The claims as admit_v1 takes them.
std::string claims_text(const std::vector<claim>& of);

/// Reads an answer of admit_v1 or adjust_v1 to `asked`. Throws persistence::unexpected_result when
/// it is none: another program's function under our name.
fleet_result read_answer(std::string_view json, const fleet_terms& asked);

/// An answer of standby_visit_v1: the ledger's, or none because the look was stale.
struct standby_answer {
    std::optional<fleet_result> decided;  ///< none: look again
    std::optional<std::string> ticket;    ///< to be held before the next look
};

/// Throws as read_answer does.
standby_answer read_standby_answer(std::string_view json, const fleet_terms& asked);

/// "orders/serve/0badcafe".
std::string name_of(const fleet_terms& who);

}  // namespace headroom::fleet
