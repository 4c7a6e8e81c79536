#include "headroom/fleet/reservation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace headroom::fleet {

unsigned bound_figures::ever() const noexcept {
    return usable - std::min(usable, joining + externals);
}

std::string bound_figures::text() const {
    auto line = bound == "server" ? fmt::format("server: usable {}", usable)
                                  : fmt::format("{} {}: usable {}", bound, name, usable);
    const std::pair<unsigned, const char*> held[] = {{joining, "for joining"},
                                                     {externals, "for externals"},
                                                     {strangers, "strangers"},
                                                     {orphans, "orphans"},
                                                     {reserved, "reserved"}};
    for (const auto& [units, what] : held)
        if (units > 0) line += fmt::format(" - {} {}", units, what);
    return line + fmt::format(" = {} free", free);
}

std::string to_string(fleet_refusal_reason reason) {
    switch (reason) {
        case fleet_refusal_reason::too_little:
            return "too little is free";
        case fleet_refusal_reason::number_taken:
            return "a living member has the same number";
        case fleet_refusal_reason::no_proof_of_life:
            return "the ledger does not see its proof of life: is it another server?";
        case fleet_refusal_reason::not_a_member:
            return "it is no member any more";
        case fleet_refusal_reason::no_standby:
            return "the server it looked at is no standby of this ledger's";
    }
    return "unknown";
}

bool fleet_refusal::time_can_mend() const noexcept {
    if (reason != fleet_refusal_reason::too_little) return false;
    return std::ranges::all_of(bounds, [](const auto& each) { return each.needs <= each.ever(); });
}

std::string fleet_refusal::message() const {
    auto line = fmt::format("{} needs {} of the fleet's budget and asked for {}: {}", asker, floor,
                            asked, to_string(reason));
    if (!bounds.empty()) line += fmt::format(" ({})", bounds.front().text());
    if (learning) line += "; the server restarted a moment ago and its members come back first";
    if (called > 0) line += fmt::format("; others were asked to give back {}", called);
    const char* before = "; held by ";
    for (const auto& each : holders)
        line += fmt::format("{}{} {}", std::exchange(before, ", "), each.consumer, each.held);
    return line;
}

}  // namespace headroom::fleet
