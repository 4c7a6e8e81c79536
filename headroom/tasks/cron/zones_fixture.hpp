// tasks/cron/zones_fixture.hpp: every zone of the database, and what the C library says of it.
#pragma once
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <ctime>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

namespace headroom::tasks {

inline constexpr auto year_2020 = std::chrono::sys_days(std::chrono::year(2020) / 1 / 1);
inline constexpr auto year_2041 = std::chrono::sys_days(std::chrono::year(2041) / 1 / 1);

/// Zones and links of the text the database is made of, some 600.
inline std::vector<std::string> zone_names() {
    std::ifstream text("/usr/share/zoneinfo/tzdata.zi");
    std::vector<std::string> names;
    for (std::string line, kind, first, second; std::getline(text, line);) {
        std::istringstream words(line);
        words >> kind >> first >> second;
        if (kind == "Z" && first != "Factory") names.push_back(first);  // that one is no place
        if (kind == "L") names.push_back(second);
    }
    EXPECT_GT(names.size(), 500u);
    return names;
}

/// localtime_r() under TZ=<zone>: another reader of the same files, rule of the last line included.
class libc_clock {
public:
    explicit libc_clock(const std::string& name) {
        ::setenv("TZ", name.c_str(), 1);
        ::tzset();
    }
    ~libc_clock() {
        ::unsetenv("TZ");
        ::tzset();
    }
    libc_clock(const libc_clock&) = delete;
    libc_clock& operator=(const libc_clock&) = delete;

    std::chrono::seconds offset(std::chrono::sys_seconds at) const {
        const std::time_t time = at.time_since_epoch().count();
        std::tm local{};
        EXPECT_TRUE(::localtime_r(&time, &local));
        return std::chrono::seconds(local.tm_gmtoff);
    }
};

}  // namespace headroom::tasks
