// Schedules of any bytes are read or refused; what was read is written in both formats and read as
// the same, has a key, and is due after now or never, whichever dialect its cron expression is in.
#include <cstdlib>
#include <string_view>

#include "headroom/tasks/cron/trigger.hpp"
#include "headroom/tasks/wire/schedule.hpp"

namespace {

using namespace headroom::tasks;

constexpr codec_limits roomy{.bytes = 64 << 20, .depth = codec_depth_max, .values = 1'000'000,
                             .text_bytes = 64 << 20};

void require(bool holds) {
    if (!holds) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto read = read_schedule({reinterpret_cast<const char*>(data), size});
    if (!read) return require(!read.error().message().empty()), 0;
    require(!schedule_keys().index_of(*read).empty());
    for (const auto format : {serializer::json, serializer::pickle})
        if (const auto text = write_schedule(*read, format)) {
            const auto again = read_schedule(*text, roomy);
            require(again && write_schedule(*again, format) == *text);
        }
    const std::chrono::sys_seconds now(std::chrono::seconds(1'790'000'000));
    for (const auto dialect : {cron_dialect::headroom, cron_dialect::taskiq})
        if (const auto of = trigger::of(*read, dialect, now)) {
            const auto due = of->next_after(now);
            require(!due || *due > now);
        }
    return 0;
}
