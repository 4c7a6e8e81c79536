// testing/preload/clock.cpp: a clock on the wall that is wrong, for programs started with
// LD_PRELOAD.
//
// HEADROOM_TEST_CLOCK_AHEAD_MS="-2000" puts CLOCK_REALTIME two seconds back; other clocks are the
// system's.
#include <dlfcn.h>
#include <time.h>

#include <cstdlib>

namespace {

using read_clock = int (*)(clockid_t, timespec*);

constexpr long ns_of_ms = 1'000'000, ns_of_s = 1'000'000'000;

long ahead_ms() {
    static const char* const text = std::getenv("HEADROOM_TEST_CLOCK_AHEAD_MS");
    return text != nullptr ? std::atol(text) : 0;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* into) {
    static const auto the_systems =
        reinterpret_cast<read_clock>(dlsym(RTLD_NEXT, "clock_gettime"));
    const int failed = the_systems(clock, into);
    if (failed != 0 || clock != CLOCK_REALTIME) return failed;
    const long ns = into->tv_nsec + ahead_ms() % 1000 * ns_of_ms;
    into->tv_sec += ahead_ms() / 1000 + (ns < 0 ? -1 : ns / ns_of_s);
    into->tv_nsec = (ns + ns_of_s) % ns_of_s;
    return 0;
}
