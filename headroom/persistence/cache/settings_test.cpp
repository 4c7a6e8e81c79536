#include "headroom/persistence/cache/settings.hpp"

#include <gmock/gmock.h>

namespace headroom::cache {
namespace {

using ::testing::HasSubstr;
using namespace std::chrono_literals;

class CacheSettings : public ::testing::Test {
protected:
    settings read(const std::vector<std::pair<std::string, std::string>>& values) {
        environment from(profile::dev);
        for (const auto& [name, value] : values) from.add(name, value, "test");
        setting_reader reader(from);
        auto made = read_settings(reader, "shop");
        const auto sealed = reader.seal();
        faults_ = sealed ? "" : to_string(sealed.error());
        return made;
    }

    std::string faults_;
};

TEST_F(CacheSettings, HaveThePrefixOfTheServiceUnlessTold) {
    EXPECT_EQ(read({}).prefix, "shop");
    EXPECT_EQ(read({{"CACHE_PREFIX", "shop:eu"}}).prefix, "shop:eu");
    EXPECT_EQ(faults_, "");
}

TEST_F(CacheSettings, AreRead) {
    const auto made = read({{"CACHE_TTL", "1 h"},
                            {"CACHE_FRESH", "10"},
                            {"CACHE_LOCAL_TTL", "500 ms"},
                            {"CACHE_LOCAL_ENTRIES", "7"},
                            {"CACHE_LOCAL_BYTES", "1 MiB"},
                            {"CACHE_TIMEOUT", "100 ms"}});
    EXPECT_EQ(faults_, "");
    EXPECT_EQ(made.values.kept, 1h);
    EXPECT_EQ(made.values.fresh, 10s);
    EXPECT_EQ(made.local_kept, 500ms);
    EXPECT_EQ(made.local_entries_max, 7u);
    EXPECT_EQ(made.local_bytes_max, 1u << 20);
    EXPECT_EQ(made.redis_ms_max, 100ms);
}

TEST_F(CacheSettings, TellAllFaultsAtOnce) {
    read({{"CACHE_PREFIX", "{shop}"}, {"CACHE_FRESH", "10 min"}, {"CACHE_LOCAL_ENTRIES", "0"}});
    EXPECT_THAT(faults_, HasSubstr("CACHE_PREFIX"));
    EXPECT_THAT(faults_, HasSubstr("CACHE_LOCAL_ENTRIES"));
    EXPECT_THAT(faults_, HasSubstr("must not be longer than CACHE_TTL"));
}

}  // namespace
}  // namespace headroom::cache
