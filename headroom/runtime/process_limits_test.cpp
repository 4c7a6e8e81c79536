#include "headroom/runtime/process_limits.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include "headroom/runtime/pids_group.hpp"
#include "headroom/testing/census.hpp"

namespace headroom {
namespace {

using state = process_fact::state;

constexpr auto v2_mounts =
    "22 1 8:1 / / rw - ext4 /dev/sda rw\n"
    "31 22 0:28 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";
constexpr auto v1_mounts =
    "31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw,mode=755\n"
    "34 31 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n"
    "39 31 0:36 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
    "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n";

std::vector<std::string> directories(std::string_view cgroup, std::string_view mounts) {
    std::vector<std::string> all;
    if (const auto group = find_pids_group(cgroup, mounts))
        for (const auto& each : group->directories()) all.push_back(each);
    return all;
}

using paths = std::vector<std::string>;

TEST(PidsGroup, IsFoundInTheUnifiedTreeWithItsAncestors) {
    EXPECT_EQ(directories("0::/system.slice/app.service\n", v2_mounts),
              (paths{"/sys/fs/cgroup/system.slice/app.service", "/sys/fs/cgroup/system.slice",
                     "/sys/fs/cgroup"}));
}

TEST(PidsGroup, IsFoundInTheTreeOfVersionOne) {
    EXPECT_EQ(directories("8:pids:/jobs/7\n1:cpu:/\n0::/elsewhere\n", v1_mounts),
              (paths{"/sys/fs/cgroup/pids/jobs/7", "/sys/fs/cgroup/pids/jobs",
                     "/sys/fs/cgroup/pids"}));
}

TEST(PidsGroup, IsTheMountItselfInAContainer) {
    const auto* inside = "31 22 0:28 /docker/abc /sys/fs/cgroup ro - cgroup2 cgroup rw\n";
    EXPECT_EQ(directories("0::/docker/abc\n", inside), paths{"/sys/fs/cgroup"});
    EXPECT_EQ(directories("0::/../../other\n", v2_mounts), paths{"/sys/fs/cgroup"});
    EXPECT_EQ(directories("0::/\n", v2_mounts), paths{"/sys/fs/cgroup"});
}

TEST(PidsGroup, IsNoneWhereNothingIsMountedOrTheTextIsOdd) {
    EXPECT_TRUE(directories("0::/a\n", "").empty());
    EXPECT_TRUE(directories("", v2_mounts).empty());
    EXPECT_TRUE(directories("garbage\n::\n0:", v2_mounts).empty());
    EXPECT_TRUE(directories("0::/a\n", "1 2 - \n - cgroup2\n31 22 0:28 - cgroup2 x y\n").empty());
}

TEST(ParsePids, TakesANumberOrMax) {
    EXPECT_EQ(parse_pids("pids.max", "here", "512\n").value, 512u);
    EXPECT_EQ(parse_pids("pids.max", "here", "max\n").is, state::unlimited);
    for (const auto* odd : {"", "-1\n", "12x\n", "99999999999999999999999\n"})
        EXPECT_EQ(parse_pids("pids.max", "here", odd).is, state::unread) << odd;
}

// A process of three threads in a roomy system, of which single figures are changed.
process_limits roomy() {
    process_limits all;
    all.threads_own = {"threads", "test", state::read, 3, ""};
    all.system_limit = {"kernel.threads-max", "test", state::read, 1000, ""};
    all.pids_limit = {"pids.max", "test", state::unlimited, 0, ""};
    all.pids_current = {"pids.current", "test", state::read, 40, ""};
    all.user_limit = {"RLIMIT_NPROC", "test", state::unlimited, 0, ""};
    return all;
}

TEST(ThreadsUsable, IsTheSystemsLimitWhenNothingElseBinds) {
    EXPECT_EQ(roomy().threads_usable(), 1000u);
}

TEST(ThreadsUsable, IsWhatTheControlGroupLeavesBesideOurOwn) {
    auto limits = roomy();
    limits.pids_limit = {"pids.max", "test", state::read, 64, ""};
    EXPECT_EQ(limits.threads_usable(), 3u + 24u);
    limits.pids_current.value = 80;
    EXPECT_EQ(limits.threads_usable(), 3u);
}

TEST(ThreadsUsable, IsUnknownWhenALimitThatBindsIsUnread) {
    auto limits = roomy();
    limits.pids_limit = {"pids.max", "test", state::read, 64, ""};
    limits.pids_current = {"pids.current", "test", state::unread, 0, "denied"};
    EXPECT_EQ(limits.threads_usable(), std::nullopt);
    limits = roomy();
    limits.system_limit.is = state::unread;
    EXPECT_EQ(limits.threads_usable(), std::nullopt);
}

TEST(ReadProcessLimits, AgreesWithTheSystem) {
    rlimit files{};
    getrlimit(RLIMIT_NOFILE, &files);
    const auto limits = read_process_limits();
    EXPECT_EQ(limits.files_limit.figure(), files.rlim_cur);
    EXPECT_EQ(limits.files_open.value, testing::open_files());
    EXPECT_GE(limits.threads_own.value, testing::threads());
    EXPECT_GE(limits.threads_usable().value(), limits.threads_own.value);
}

TEST(ReadProcessLimits, SaysOfEveryFigureHowItWasReadOrWhyNot) {
    for (const auto& each : read_process_limits().listed()) {
        EXPECT_FALSE(each.name.empty());
        EXPECT_FALSE(each.source.empty());
        EXPECT_FALSE(each.text().empty());
        EXPECT_EQ(each.is == state::unread, !each.why.empty()) << each.name;
    }
}

TEST(ReadProcessLimits, GivesThePlanItsThreadsAndFiles) {
    const auto resources = read_process_limits().resources();
    ASSERT_EQ(resources.size(), 2u);
    EXPECT_EQ(resources[0].name, "threads");
    EXPECT_EQ(resources[1].name, "files");
}

}  // namespace
}  // namespace headroom
