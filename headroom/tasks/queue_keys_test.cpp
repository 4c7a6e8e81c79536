#include "headroom/tasks/queue_keys.hpp"

#include <gmock/gmock.h>

#include "headroom/tasks/entry_id.hpp"

namespace headroom::tasks {
namespace {

TEST(QueueKeys, AllButTheStreamHaveItsNameInBraces) {
    const queue_keys of("taskiq");
    EXPECT_EQ(of.stream, "taskiq");
    EXPECT_EQ(of.delayed, "{taskiq}:d");
    EXPECT_EQ(of.dead, "{taskiq}:dlq");
    EXPECT_EQ(of.dedup("order 7"), "{taskiq}:dd:order 7");
    EXPECT_EQ(of.limit("").slots, "{taskiq}:slots");
    EXPECT_EQ(of.limit("demo:add").rate, "{taskiq}:rate:demo:add");
}

TEST(QueueKeys, ANameIsShortPrintableAndWithoutBraces) {
    EXPECT_EQ(queue_name_fault("orders:high"), std::nullopt);
    EXPECT_EQ(queue_name_fault(std::string(queue_name_bytes_max, 'q')), std::nullopt);
    EXPECT_TRUE(queue_name_fault(std::string(queue_name_bytes_max + 1, 'q')));
    for (const auto* wrong : {"", "a b", "{a}", "a\n"})
        EXPECT_TRUE(queue_name_fault(wrong)) << wrong;
}

TEST(EntryId, IsReadExactlyOrNotAtAll) {
    EXPECT_EQ(entry_id::parse("1700000000000-3"), (entry_id{1'700'000'000'000, 3}));
    EXPECT_EQ(entry_id::parse("1700000000000-3").value().text(), "1700000000000-3");
    for (const auto* wrong : {"", "-", "1", "1-", "-1", "1-2-3", "1-x", " 1-2", "+1-2",
                              "99999999999999999999-0"})
        EXPECT_FALSE(entry_id::parse(wrong)) << wrong;
}

TEST(EntryId, AFenceGrowsWithEachDelivery) {
    EXPECT_LT((fence{{5, 0}, 1}), (fence{{5, 0}, 2}));
    EXPECT_LT((fence{{5, 0}, 9}), (fence{{5, 1}, 1}));
    EXPECT_EQ((fence{{5, 1}, 2}).text(), "5-1/2");
}

}  // namespace
}  // namespace headroom::tasks
