#include "headroom/persistence/session_bounds.hpp"

namespace headroom::persistence {

std::vector<std::string> session_bounds::faults() const {
    using std::chrono::milliseconds;
    std::vector<std::string> found;
    const auto require = [&](bool holds, const char* sentence) {
        if (!holds) found.emplace_back(sentence);
    };
    require(waiting_max >= 1 && waiting_max <= 1'000'000, "waiting_max lies in 1 to 1000000");
    require(wait_ms_max > milliseconds(0), "wait_ms_max is positive");
    require(shed_target_ms >= milliseconds(0), "shed_target_ms is not negative");
    require(shed_interval_ms >= 2 * shed_target_ms, "shed_interval_ms is twice its target or more");
    require(check_ms_max > milliseconds(0), "check_ms_max is positive");
    require(recover_ms_max > milliseconds(0), "recover_ms_max is positive");
    require(connect_ms_max > milliseconds(0), "connect_ms_max is positive");
    require(tick_ms >= milliseconds(5) && tick_ms <= milliseconds(1000),
            "tick_ms lies in 5 to 1000");
    require(lifetime_ms_max > idle_ms_max, "lifetime_ms_max is longer than idle_ms_max");
    require(session_hold_ms_max >= milliseconds(1), "session_hold_ms_max is positive");
    return found;
}

}  // namespace headroom::persistence
