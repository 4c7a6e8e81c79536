// A clock, a line end, an expression: whatever they are, both dialects read or refuse them, and
// what they name next is a minute they are true of. Durations, times and zone rules of any bytes,
// too.
#include <cstdlib>
#include <string_view>

#include "headroom/tasks/cron/cron_expression.hpp"
#include "headroom/tasks/cron/next_fire.hpp"
#include "headroom/tasks/cron/pycron.hpp"
#include "headroom/tasks/wire/iso_duration.hpp"
#include "headroom/tasks/wire/iso_time.hpp"

namespace {

using namespace headroom::tasks;
using std::chrono::seconds;

constexpr std::chrono::sys_seconds now{seconds(1'790'000'000)};

void require(bool holds) {
    if (!holds) std::abort();
}

void follow(const cron_table& table, const zone& on) {
    auto after = now;
    for (int i = 0; i < 3; ++i) {
        const auto due = next_fire(table, on, after);
        if (!due) return;
        require(*due > after);
        require(table.fixed_times || table.matches(on.wall(*due)));
        after = *due;
    }
}

void check_texts(std::string_view text) {
    if (const auto span = parse_duration(text))
        require(parse_duration(iso_duration(*span)) == span);
    if (const auto time = parse_date_time(text))
        require(parse_date_time(iso_date_time(*time)) == time);
    if (const auto rule = posix_rule::parse(text)) {
        const auto span = rule->at(now);
        require(span.begin <= now && now < span.end);
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_texts(text);
    const auto end = text.find('\n');
    if (end == text.npos) return 0;
    const auto on = zone::named(text.substr(0, end)).value_or(zone());
    const auto expression = text.substr(end + 1);
    if (const auto table = parse_cron(expression)) follow(*table, on);
    if (const auto parsed = pycron_expression::parse(expression)) follow(parsed->table(), on);
    return 0;
}
