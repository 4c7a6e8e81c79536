#include "headroom/fleet/fleet_fact.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace headroom::fleet {
namespace {

const bound_figures* of_server(const membership_figures& of) {
    const auto at = std::ranges::find(of.bounds, "server", &bound_figures::bound);
    return at == of.bounds.end() ? nullptr : &*at;
}

/// Why the figures may be older than usual.
std::string_view trouble_of(const membership_figures& of) {
    if (of.phase != member_phase::member) return to_string(of.phase);
    return of.safe_mode ? "the ledger is out of reach" : "";
}

double seconds(std::chrono::nanoseconds of) {
    return std::chrono::duration<double>(of).count();
}

}  // namespace

budget::fact fact_of(const membership_figures& of, deadline::clock::time_point now) {
    const auto* book = of_server(of);
    if (book == nullptr) return {"fleet: the ledger has told nothing yet", {}};
    // The ledger leaves out what the asker holds itself.
    const auto all = book->reserved + of.reservation;
    const auto free = book->free - std::min(book->free, of.reservation);
    budget::fact made;
    made.line = fmt::format(
        "fleet: {} of {} usable are reserved for this process, {} for all members, {} for joining, "
        "{} for externals, {} strangers, {} orphans, {} free, as of {:.1f} s ago",
        of.reservation, book->usable, all, book->joining, book->externals, book->strangers,
        book->orphans, free, seconds(now - of.told_at));
    const auto& binding = of.bounds.front();
    if (&binding != book)
        made.line += fmt::format("; {} {} allows it {} of {}", binding.bound, binding.name,
                                 std::max(0, binding.allows), binding.usable);
    if (const auto trouble = trouble_of(of); !trouble.empty())
        made.line += fmt::format(" ({})", trouble);
    made.figures = {{"fleet_usable", book->usable},       {"fleet_reservation", of.reservation},
                    {"fleet_reserved", all},              {"fleet_joining", book->joining},
                    {"fleet_externals", book->externals}, {"fleet_strangers", book->strangers},
                    {"fleet_orphans", book->orphans},     {"fleet_free", free}};
    return made;
}

}  // namespace headroom::fleet
