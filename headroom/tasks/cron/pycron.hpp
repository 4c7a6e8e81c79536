// tasks/cron/pycron.hpp: the dialect of taskiq's scheduler, equal to pycron 3.2.0 in every oddity.
//
// It answers whether an expression is true of a minute, and reads the expression anew each time, up
// to the first part that decides; so a part that is wrong shows itself in some minutes only. Here
// the answers for all values of a field are found once, and the order of the parts is kept.
#pragma once
#include <array>
#include <cstdint>
#include <expected>
#include <string_view>
#include <vector>

#include "headroom/tasks/cron/cron_table.hpp"

namespace headroom::tasks {

/// What pycron does when it is asked about one minute.
enum class pycron_answer : std::uint8_t {
    no,
    yes,
    unreadable,  ///< ValueError: taskiq logs it and skips the schedule for this minute
    zero_step,   ///< ZeroDivisionError: ends taskiq's scheduler; here it is as unreadable
};

class pycron_expression {
public:
    /// A fault unless it is five fields between single blanks, which pycron never gets beyond, and
    /// for more than cron_bytes_max bytes.
    static std::expected<pycron_expression, cron_fault> parse(std::string_view expression);

    pycron_answer at(std::chrono::sys_seconds wall) const;  ///< of the minute it lies in
    cron_table table() const;                               ///< the minutes with the answer yes
    bool has_faults() const;  ///< some minute is answered with neither yes nor no

private:
    using answers = std::vector<pycron_answer>;  // by value of the field
    pycron_answer day_answer(std::size_t day, std::size_t weekday) const;

    answers minute_, hour_, day_, month_, weekday_;
    bool either_day_ = false;
};

}  // namespace headroom::tasks
