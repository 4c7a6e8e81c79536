#include "headroom/budget/refusal.hpp"

#include <fmt/format.h>

namespace headroom::budget {

std::string to_string(refusal_reason reason) {
    switch (reason) {
        case refusal_reason::over_ceiling:
            return "over_ceiling";
        case refusal_reason::exhausted:
            return "exhausted";
        case refusal_reason::holds_already:
            return "holds_already";
        case refusal_reason::timed_out:
            return "timed_out";
        case refusal_reason::queue_full:
            return "queue_full";
        case refusal_reason::closing:
            return "closing";
    }
    return "unknown";
}

void fact::add(const fact& more) {
    if (!line.empty() && !more.line.empty()) line += "; ";
    line += more.line;
    figures.insert(figures.end(), more.figures.begin(), more.figures.end());
}

std::string refusal::message() const {
    auto text = fmt::format("{}: {} asked for {}, {} of {} are held ({})", resource, consumer,
                            asked, held, limit, to_string(reason));
    if (waited.count() > 0) text += fmt::format(", waited {} ms", waited.count());
    if (waiting > 0) text += fmt::format(", {} waiting", waiting);
    for (const char* lead = "; holders: "; const auto& each : holders) {
        text += fmt::format("{}{} {}", lead, each.consumer, each.held);
        lead = ", ";
    }
    if (!more.line.empty()) text += "; " + more.line;
    return text;
}

}  // namespace headroom::budget
