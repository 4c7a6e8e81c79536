#include "headroom/fleet/finding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

namespace headroom::fleet {
namespace {

using budget::colour;

// R1: nobody knows the sum. R2: a Redis is shared. R3: nobody counts the threads. R4: no cap.
// R5: sizes nobody chose. R6: pollers beside runners. R7: HTTP clients without a limit.
constexpr std::array<std::pair<std::string_view, std::string_view>, 21> checks{{
    {"HR-EN-SUM", "XC-R1"},
    {"HR-PG-OVERUSER", "XC-R1"},
    {"HR-PG-STRANGER", "XC-R1"},
    {"HR-PB-SERVERS", "XC-R1"},
    {"HR-EN-SHARED-REDIS", "XC-R2"},
    {"HR-EN-SHARED-KEYS", "XC-R2"},
    {"HR-RD-SHARED", "XC-R2"},
    {"HR-RD-SHARED-KEYS", "XC-R2"},
    {"HR-RD-EVICTION", "XC-R2"},
    {"HR-RD-OVERUSER", "XC-R2"},
    {"HR-EN-THREADS", "XC-R3"},
    {"HR-MF-THREADS", "XC-R3"},
    {"HR-EN-UNBOUNDED", "XC-R4"},
    {"HR-EN-LIBRARY", "XC-R4"},
    {"HR-MF-UNBOUNDED", "XC-R4"},
    {"HR-EN-DEFAULT", "XC-R5"},
    {"HR-EN-HARDCODED", "XC-R5"},
    {"HR-EN-POLLER", "XC-R6"},
    {"HR-MF-POLLER", "XC-R6"},
    {"HR-PG-POLLER", "XC-R6"},
    {"HR-MF-HTTP", "XC-R7"},
}};

colour asked_by(severity weight) {
    return weight == severity::high     ? colour::red
           : weight == severity::medium ? colour::amber
                                        : colour::green;
}

}  // namespace

std::string_view to_string(severity of) noexcept {
    switch (of) {
        case severity::note:
            return "note";
        case severity::low:
            return "low";
        case severity::medium:
            return "medium";
        case severity::high:
            return "high";
    }
    return "unknown";
}

std::string_view check_of(std::string_view id) noexcept {
    const auto at = std::ranges::find(checks, id, [](const auto& each) { return each.first; });
    return at == checks.end() ? std::string_view{} : at->second;
}

void advice::weigh(budget::verdict& verdict) {
    std::ranges::sort(findings, [](const finding& a, const finding& b) {
        return a.weight != b.weight ? a.weight > b.weight
                                    : std::tie(a.id, a.subject) < std::tie(b.id, b.subject);
    });
    if (findings.empty()) return;
    const auto& gravest = findings.front();
    const auto asks = asked_by(gravest.weight);
    if (badness(asks) <= badness(verdict.is)) return;
    verdict.is = asks;
    verdict.reason = fmt::format("{}; {}: {}", verdict.reason, gravest.subject, gravest.what);
}

}  // namespace headroom::fleet
