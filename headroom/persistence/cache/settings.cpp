#include "headroom/persistence/cache/settings.hpp"

#include "headroom/persistence/cache/key_space.hpp"

namespace headroom::cache {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint64_t local_bytes_min = 64 << 10, local_bytes_most = 1 << 30;
constexpr unsigned local_entries_most = 1'000'000;

std::string check_prefix(std::string_view text) {
    return key_space::is_prefix(text) ? "" : "be 1 to 64 of a-z, A-Z, 0-9, '.', '_', '-' and ':'";
}

void read_times(setting_reader& from, settings& to) {
    to.values.kept = from.duration({.name = "CACHE_TTL",
                                    .fallback = minutes(5),
                                    .min = seconds(1),
                                    .max = hours(24),
                                    .doc = "How long Redis keeps a value, within 10 %."});
    to.values.fresh = from.duration(
        {.name = "CACHE_FRESH",
         .fallback = minutes(1),
         .min = milliseconds(100),
         .max = hours(24),
         .doc = "From this age on a value is loaded anew while it is still given; at most "
                "CACHE_TTL."});
    to.local_kept = from.duration({.name = "CACHE_LOCAL_TTL",
                                   .fallback = seconds(30),
                                   .min = milliseconds(100),
                                   .max = hours(1),
                                   .doc = "How long the process itself keeps a value."});
    to.redis_ms_max = from.duration(
        {.name = "CACHE_TIMEOUT",
         .fallback = milliseconds(250),
         .min = milliseconds(10),
         .max = seconds(5),
         .doc = "How long the cache waits for one answer of Redis, then does without."});
    if (to.values.fresh > to.values.kept)
        from.fault("CACHE_FRESH", "must not be longer than CACHE_TTL");
}

}  // namespace

settings read_settings(setting_reader& from, const std::string& prefix_usual) {
    settings made;
    made.prefix = from.text({.name = "CACHE_PREFIX",
                             .length_max = key_space::prefix_bytes_max,
                             .rule = check_prefix,
                             .bound = "1 to 64 of a-z, A-Z, 0-9, '.', '_', '-', ':'",
                             .doc = "Before every key and channel of the cache; else "
                                    "HEADROOM_SYSTEM."});
    if (made.prefix.empty()) made.prefix = prefix_usual;
    read_times(from, made);
    made.local_entries_max = from.count({.name = "CACHE_LOCAL_ENTRIES",
                                         .fallback = 10'000,
                                         .min = 1,
                                         .max = local_entries_most,
                                         .doc = "Values the process itself keeps at most."});
    made.local_bytes_max =
        from.size({.name = "CACHE_LOCAL_BYTES",
                   .fallback = 16 << 20,
                   .min = local_bytes_min,
                   .max = local_bytes_most,
                   .doc = "And their bytes, as Redis has them."});
    return made;
}

}  // namespace headroom::cache
