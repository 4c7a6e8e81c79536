#include "headroom/persistence/migration_plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headroom::persistence {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::vector<migration_file> two{{"0002_views.sql", "create view v as select 1"},
                                      {"0001_tables.sql", "create table t ()"}};

class MigrationPlan : public ::testing::Test {
protected:
    applied_migration applied(int version) const {
        const auto& file = files.at(static_cast<std::size_t>(version - 1));
        return {version, file.name, file.checksum, "2026-01-01"};
    }
    std::vector<migration> files = migrations_of(two).value();
};

TEST_F(MigrationPlan, AppliesEveryFileInOrderToAnEmptyDatabase) {
    const auto plan = compare(files, {});
    ASSERT_EQ(plan.pending.size(), 2u);
    EXPECT_EQ(plan.pending[0]->file(), "0001_tables.sql");
    EXPECT_EQ(plan.have, 0);
    EXPECT_EQ(plan.want, 2);
}

TEST_F(MigrationPlan, AppliesOnlyWhatIsMissing) {
    const std::vector have{applied(1)};
    const auto plan = compare(files, have);
    ASSERT_EQ(plan.pending.size(), 1u);
    EXPECT_EQ(plan.pending[0]->version, 2);
}

TEST_F(MigrationPlan, IsUpToDateWhenAllWereApplied) {
    const std::vector have{applied(1), applied(2)};
    EXPECT_TRUE(compare(files, have).up_to_date());
}

TEST_F(MigrationPlan, NamesAFileThatChangedAfterItWasApplied) {
    std::vector have{applied(1)};
    have[0].checksum = std::string(64, '0');
    EXPECT_THAT(compare(files, have).faults,
                ElementsAre(HasSubstr("0001_tables.sql was changed after it was applied")));
}

TEST_F(MigrationPlan, RefusesADatabaseNewerThanTheProgram) {
    const std::vector have{applied(1), applied(2), applied_migration{3, "later", "x", ""}};
    EXPECT_THAT(compare(files, have).faults, ElementsAre(HasSubstr("version 3 (later)")));
}

TEST_F(MigrationPlan, NamesAHoleAmongTheAppliedOnes) {
    const std::vector have{applied(2)};
    EXPECT_THAT(compare(files, have).faults,
                ElementsAre("0001_tables.sql was never applied, although version 2 was"));
}

std::vector<std::string> faults_of(std::vector<migration_file> files) {
    const auto list = migrations_of(files);
    return list ? migration_faults{} : list.error();
}

TEST(MigrationSource, NamesEveryFileWithABadNameAtOnce) {
    EXPECT_EQ(faults_of({{"1_a.sql", ""}, {"0000_a.sql", ""}, {"0001_A.sql", ""}, {"0001.sql", ""}})
                  .size(),
              4u);
}

TEST(MigrationSource, NamesAGapAndADuplicate) {
    EXPECT_THAT(faults_of({{"0001_a.sql", ""}, {"0003_b.sql", ""}}),
                ElementsAre("0003_b.sql: number 2 is missing"));
    EXPECT_THAT(faults_of({{"0001_a.sql", ""}, {"0001_b.sql", ""}}),
                ElementsAre("0001_b.sql: there is another file of that number"));
}

TEST(MigrationSource, NamesTheLineOfAMalformedFile) {
    EXPECT_THAT(faults_of({{"0001_a.sql", "select 1;\nselect 'x"}}),
                ElementsAre("0001_a.sql:2: the quoted string is not closed"));
}

TEST(MigrationSource, ChecksumIsSha256) {
    EXPECT_EQ(sha256_hex("abc"),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(MigrationSource, ReportsADirectoryThatIsNotThere) {
    const auto list = migrations_in("/nonexistent/migrations");
    ASSERT_FALSE(list);
    EXPECT_THAT(list.error(), ElementsAre(HasSubstr("No such file or directory")));
}

}  // namespace
}  // namespace headroom::persistence
