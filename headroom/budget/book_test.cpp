#include "headroom/budget/book.hpp"

#include <gtest/gtest.h>

#include "headroom/budget/verdict.hpp"

namespace headroom::budget {
namespace {

/// The book of a small service: control and sessions with a floor, visits that only borrow.
class Book : public ::testing::Test {
protected:
    Book() {
        book.declare(resource{"postgres", {}, 0, 3});
        control = declare("control", 1, {});
        sessions = declare("sessions", 2, {overflow_kind::shared, 0});
        visits = declare("visits", 0, {overflow_kind::shared, 1});
    }
    declared declare(std::string name, unsigned pool, overflow_terms overflow,
                     phase when = phase::steady) {
        consumer made;
        made.name = std::move(name);
        made.resource = "postgres";
        made.pool = pool;
        made.overflow = overflow;
        made.when = when;
        return book.declare(std::move(made));
    }
    figure planned_sum() { return add_up(book.planned()).front().sum; }

    budget::book book;
    declared control, sessions, visits;
};

TEST_F(Book, HasTheSamePlanAndCeiling) {
    EXPECT_EQ(book.ceiling("postgres"), 6u);
    EXPECT_EQ(planned_sum(), book.ceiling("postgres"));
}

TEST_F(Book, GivesEveryConsumerWhatItDeclared) {
    const auto of_control = book.take(control).value();
    const auto of_sessions = book.take("sessions").value();
    const auto of_visits = book.take(visits).value();
    EXPECT_EQ(of_control.agreed().floor, 1u);
    EXPECT_EQ(of_control.agreed().burst, 0u);
    EXPECT_EQ(of_sessions.agreed().floor, 2u);
    EXPECT_EQ(of_sessions.agreed().burst, 3u) << "the whole reserve";
    EXPECT_EQ(of_visits.agreed().burst, 1u) << "its own cap";
}

TEST_F(Book, LetsAFixedOverflowAddToTheCeiling) {
    const auto engine = declare("engine", 2, {overflow_kind::fixed, 4});
    EXPECT_EQ(book.ceiling("postgres"), 12u);
    EXPECT_EQ(planned_sum(), 12u);
    EXPECT_EQ(book.take(engine).value().agreed().burst, 4u);
}

TEST_F(Book, CountsEveryInstanceOfAConsumer) {
    consumer runners;
    runners.name = "runners";
    runners.resource = "postgres";
    runners.pool = 2;
    runners.overflow.units = 1;
    runners.instances = 4;
    const auto all = book.declare(runners);
    EXPECT_EQ(book.ceiling("postgres"), 6u + 12u);
    EXPECT_EQ(book.take(all).value().agreed().floor, 8u);
}

TEST_F(Book, LeavesTheDeployOutOfTheCeiling) {
    declare("migrations", 1, {}, phase::deploy);
    EXPECT_EQ(book.ceiling("postgres"), 6u);
}

TEST_F(Book, NamesWhatIsDeclaredAndNeverTaken) {
    declare("migrations", 1, {}, phase::deploy);
    const auto of_control = book.take(control).value();
    EXPECT_EQ(book.ghosts(), (std::vector<std::string>{"sessions", "visits"}));
}

TEST_F(Book, IsBornWithOneUnitAndOpensOnceTheLimitIsKnown) {
    book.restrict("postgres", 1);
    const auto of_control = book.take(control).value();
    EXPECT_FALSE(book.take(sessions)) << "only control fits before the limit is read";
    book.learn("postgres", 100, 3);
    ASSERT_TRUE(book.open_ledgers());
    EXPECT_TRUE(book.take(sessions)) << "a refused grant may be asked for again";
    EXPECT_EQ(judge(add_up(book.planned()).front()).is, colour::green);
}

TEST_F(Book, CutsTheReserveAndThePools) {
    book.cut_reserve("postgres", 1);
    book.cut("sessions", 1);
    EXPECT_EQ(book.ceiling("postgres"), 3u);
    EXPECT_EQ(planned_sum(), 3u);
    EXPECT_EQ(book.take(sessions).value().agreed().burst, 1u);
}

TEST_F(Book, ShowsEveryLedgerItHasOpened) {
    EXPECT_TRUE(book.snapshot().empty());
    const auto of_control = book.take(control).value();
    ASSERT_EQ(book.snapshot().size(), 1u);
    EXPECT_EQ(book.snapshot()[0].resource, "postgres");
    EXPECT_EQ(book.snapshot()[0].ceiling, 6u);
}

using BookDeath = Book;

TEST_F(BookDeath, GivesAGrantOnlyOnce) {
    const auto of_control = book.take(control).value();
    EXPECT_DEATH((void)book.take(control), "a grant is taken once");
}

TEST_F(BookDeath, HasOneConsumerOfAName) {
    EXPECT_DEATH(declare("control", 1, {}), "a consumer has one name");
}

TEST_F(BookDeath, KnowsTheResourceBeforeItsConsumers) {
    consumer stray;
    stray.name = "stray";
    stray.resource = "redis";
    EXPECT_DEATH(book.declare(stray), "declare it first");
}

}  // namespace
}  // namespace headroom::budget
