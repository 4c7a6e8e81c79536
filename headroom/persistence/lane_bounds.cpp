#include "headroom/persistence/lane_bounds.hpp"

namespace headroom::persistence {

std::vector<std::string> lane_bounds::faults() const {
    using std::chrono::milliseconds;
    std::vector<std::string> list;
    const auto expect = [&](bool holds, const char* sentence) {
        if (!holds) list.emplace_back(sentence);
    };
    expect(pending_max > 0, "a lane must take at least one statement");
    expect(deep > 0 && deep <= pending_max, "a lane must be deep before it is full");
    expect(waiting_max > 0, "at least one caller must be able to wait for a lane");
    expect(statement_ms_max > milliseconds(0), "a statement on a lane needs a time limit");
    expect(silent_ms_max > milliseconds(0), "a lane must be allowed some silence");
    expect(abandon_grace_ms >= silent_ms_max, "a lane is replaced before it is given up");
    expect(connect_ms_max > milliseconds(0), "connecting needs some time");
    expect(tick_ms > milliseconds(0) && tick_ms <= silent_ms_max,
           "lanes must look after themselves more often than one may be silent");
    expect(retry_ms > milliseconds(0), "attempts to connect need a pause");
    return list;
}

}  // namespace headroom::persistence
