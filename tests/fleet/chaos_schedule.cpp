#include "tests/fleet/chaos_schedule.hpp"

#include <fmt/format.h>

#include <array>

namespace headroom::fleet {
namespace {

struct share_of_steps {
    chaos_verb verb;
    unsigned percent;
    const char* name;
};

constexpr std::array<share_of_steps, 9> shares{{{chaos_verb::kill, 22, "kill"},
                                                {chaos_verb::stop, 20, "stop"},
                                                {chaos_verb::leave, 24, "leave"},
                                                {chaos_verb::cut, 8, "cut"},
                                                {chaos_verb::deploy, 6, "deploy"},
                                                {chaos_verb::kill_service, 4, "kill service"},
                                                {chaos_verb::stop_service, 6, "stop service"},
                                                {chaos_verb::resize_fleet, 5, "resize fleet"},
                                                {chaos_verb::limit_role, 5, "limit role"}}};

constexpr unsigned pause_ms_min = 50, pause_ms_more = 400;
constexpr unsigned most_min = 2, most_more = 6;  // control and a visit, and some work
constexpr unsigned role_limit_min = 15, role_limit_more = 60;

chaos_verb verb_at(unsigned percent) {
    for (const auto& each : shares) {
        if (percent < each.percent) return each.verb;
        percent -= each.percent;
    }
    return chaos_verb::kill;
}

}  // namespace

chaos_step chaos_schedule::next() {
    chaos_step drawn;
    drawn.verb = verb_at(below(100));
    drawn.pause = std::chrono::milliseconds(pause_ms_min + below(pause_ms_more));
    drawn.who = below(members_);
    switch (drawn.verb) {
        case chaos_verb::deploy:
        case chaos_verb::kill_service:
            drawn.who %= services_;
            break;
        case chaos_verb::stop_service:
            drawn.who %= services_;
            [[fallthrough]];
        case chaos_verb::stop:
            drawn.amount = stop_ms();
            break;
        case chaos_verb::kill:
        case chaos_verb::leave:
            drawn.amount = most_min + below(most_more);
            break;
        case chaos_verb::resize_fleet:
            drawn.amount = members_ / 2 + below(members_ / 2 + 1);
            break;
        case chaos_verb::limit_role:
            drawn.amount = role_limit_min + below(role_limit_more);
            break;
        case chaos_verb::cut:
            break;
    }
    return drawn;
}

// Mostly shorter than a statement's deadline; one in eight longer than control's proof lasts.
unsigned chaos_schedule::stop_ms() {
    return below(8) == 0 ? 3'000 + below(3'000) : 50 + below(1'500);
}

std::string chaos_step::text() const {
    for (const auto& each : shares)
        if (each.verb == verb)
            return fmt::format("after {} ms {} {} {}", pause.count(), each.name, who, amount);
    return "unknown";
}

}  // namespace headroom::fleet
