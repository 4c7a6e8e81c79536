#include "headroom/tasks/cron/zone.hpp"

#include <date/tz.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>

namespace headroom::tasks {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

constexpr auto rule_file_bytes_max = 1 << 20;
constexpr std::string_view zone_folder = "/usr/share/zoneinfo/";
constexpr sys_seconds table_never_ends = std::chrono::sys_days(std::chrono::year(2200) / 1 / 1);

bool is_zone_name(std::string_view name) {
    static constexpr std::string_view letters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+-/";
    return !name.empty() && name.size() <= zone_bytes_max && name.front() != '/' &&
           name.find_first_not_of(letters) == name.npos;
}

const date::time_zone* located(std::string_view name) {
    try {
        return date::locate_zone(std::string(name));
    } catch (const std::runtime_error&) {
        return nullptr;
    }
}

/// The rule in the last line of the zone's file. The library reads the table alone, which ends with
/// 2037 at the latest, and would leave the clock where it stood then.
std::optional<posix_rule> rule_of(std::string_view name) {
    std::ifstream file(std::string(zone_folder) + std::string(name), std::ios::binary);
    std::string bytes(std::istreambuf_iterator<char>(file), {});
    if (!bytes.ends_with('\n') || bytes.size() > rule_file_bytes_max) return std::nullopt;
    bytes.pop_back();
    const auto line = bytes.rfind('\n');
    if (line == bytes.npos) return std::nullopt;
    return posix_rule::parse(std::string_view(bytes).substr(line + 1));
}

}  // namespace

struct zone::table {
    const date::time_zone* known;
    std::optional<posix_rule> rule;  // from where the table ends
};

zone zone::fixed(seconds ahead) {
    zone made;
    made.ahead_ = ahead;
    return made;
}

std::optional<zone> zone::named(std::string_view name) {
    const auto* known = is_zone_name(name) ? located(name) : nullptr;
    if (!known) return std::nullopt;
    zone made;
    made.table_ = std::make_shared<const table>(table{known, rule_of(name)});
    return made;
}

std::optional<zone> zone::of(const cron_clock& clock) {
    if (const auto* name = std::get_if<std::string>(&clock)) return named(*name);
    if (const auto* ahead = std::get_if<std::chrono::microseconds>(&clock))
        return fixed(std::chrono::floor<seconds>(*ahead));
    return zone();
}

offset_span zone::at(sys_seconds instant) const {
    if (!table_) return {sys_seconds::min(), sys_seconds::max(), ahead_};
    const auto info = table_->known->get_info(instant);
    const offset_span span{info.begin, info.end, info.offset};
    if (span.end < table_never_ends || !table_->rule) return span;
    auto ruled = table_->rule->at(instant);
    ruled.begin = std::max(ruled.begin, span.begin);
    return ruled;
}

wall_seconds zone::wall(sys_seconds instant) const { return instant + at(instant).offset; }

sys_seconds zone::first_instant(wall_seconds wall) const {
    if (!table_) return wall - ahead_;
    auto span = at(wall - 48h);  // no clock has ever been further from UTC, or skipped more
    while (wall - span.offset >= span.end) span = at(span.end);
    return std::max(wall - span.offset, span.begin);
}

}  // namespace headroom::tasks
