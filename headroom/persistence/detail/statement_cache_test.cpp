#include "headroom/persistence/detail/statement_cache.hpp"

#include <gtest/gtest.h>

namespace headroom::persistence::detail {
namespace {

constexpr statement a{"select a"}, b{"select b"}, c{"select c"}, with_value{"select $1"};
constexpr unsigned int4 = 23, int8 = 20;

class StatementCache : public ::testing::Test {
protected:
    statement_cache cache{2};

    statement_cache::found use(const statement& what) { return cache.use(what, {}, {}); }
    statement_cache::found use(const statement& what, unsigned type, const char* value) {
        return cache.use(what, std::span(&type, 1), std::span(&value, 1));
    }
};

TEST_F(StatementCache, PreparesATextOnce) {
    const auto first = use(a), again = use(a);
    EXPECT_TRUE(first.prepare);
    EXPECT_FALSE(again.prepare);
    EXPECT_EQ(first.what, again.what);
    EXPECT_STREQ(first.what->name, "h1");
}

TEST_F(StatementCache, IsBoundedAndLetsTheLeastRecentlyUsedGo) {
    const auto oldest = use(b).what->number;
    use(a);
    use(b);
    EXPECT_EQ(cache.take_doomed(), 0u);
    use(c);
    EXPECT_EQ(cache.size(), 2u);
    EXPECT_NE(cache.take_doomed(), oldest);
    EXPECT_FALSE(use(b).prepare);
    EXPECT_TRUE(use(a).prepare);
}

TEST_F(StatementCache, OfSizeNoneSendsEverythingUnnamed) {
    statement_cache none(0);
    EXPECT_EQ(none.use(a, {}, {}).what, nullptr);
}

TEST_F(StatementCache, SendsAVeryLongTextUnnamed) {
    const std::string script(statement_cache::text_bytes_max + 1, ' ');
    EXPECT_EQ(use(statement::from_file(script)).what, nullptr);
    EXPECT_EQ(cache.size(), 0u);
}

TEST_F(StatementCache, TellsTheTypesOfParametersApart) {
    const auto narrow = use(with_value, int4, "x"), wide = use(with_value, int8, "x");
    EXPECT_TRUE(wide.prepare);
    EXPECT_NE(narrow.what, wide.what);
    EXPECT_FALSE(use(with_value, int4, "x").prepare);
}

TEST_F(StatementCache, ANullFitsEveryType) {
    use(with_value, int4, "x");
    EXPECT_FALSE(use(with_value, 0, nullptr).prepare);
}

TEST_F(StatementCache, ForgetsWhatCouldNotBePrepared) {
    cache.forget(use(a).what->number, false);
    EXPECT_EQ(cache.take_doomed(), 0u);
    EXPECT_TRUE(use(a).prepare);
}

TEST_F(StatementCache, DeallocatesWhatIsNotAcceptedAnyMore) {
    const auto number = use(a).what->number;
    cache.forget(number, true);
    EXPECT_EQ(cache.take_doomed(), number);
    EXPECT_NE(use(a).what->number, number);
}

TEST_F(StatementCache, ADeallocationThatFailedIsDueAgain) {
    cache.doom(9);
    EXPECT_EQ(cache.take_doomed(), 9u);
    EXPECT_EQ(cache.take_doomed(), 0u);
}

TEST_F(StatementCache, DoesNotTakeOneTextForAnotherWithTheSameHash) {
    use(a);
    EXPECT_TRUE(use(b).prepare);
    EXPECT_EQ(cache.size(), 2u);
}

}  // namespace
}  // namespace headroom::persistence::detail
