#include "headroom/persistence/sessions_fixture.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;

constexpr statement put_row("INSERT INTO ledger_rows VALUES ($1::int4)");
constexpr statement count_rows("SELECT count(*) FROM ledger_rows");
constexpr statement divide("SELECT 1 / $1::int4");
constexpr statement put_late("INSERT INTO late_rows VALUES ($1::int4)");

struct Transactions : Sessions {
    Transactions() {
        url = server().url(testing::private_postgres::superuser, database);
        server().sql("CREATE TABLE ledger_rows (n int4)", database);
    }
    task<std::int64_t> counted(sessions& pool) {
        auto lent = co_await taken(pool, work);
        co_return (co_await lent.run(count_rows, soon())).one<std::int64_t>();
    }
    task<transaction> begun(sessions& pool, transaction_mode mode = transaction_mode::read_write) {
        auto open = co_await pool.begin(work, soon(), mode);
        co_return std::move(open).value();
    }
    const std::string database = server().create_database();
};

TEST_F(Transactions, KeepWhatWasCommitted) {
    inside([&](sessions& pool) -> task<void> {
        {
            auto open = co_await begun(pool);
            co_await open.run(put_row, soon(), 1);
            co_await open.run(put_row, soon(), 2);
            co_await open.commit(soon());
            EXPECT_FALSE(open.is_open());
        }
        EXPECT_EQ(co_await counted(pool), 2);
    });
}

TEST_F(Transactions, LoseWhatWasNotAndTheConnectionLivesOn) {
    ceiling = 1, burst = 0;
    inside([&](sessions& pool) -> task<void> {
        {
            auto open = co_await begun(pool);
            co_await open.run(put_row, soon(), 1);
        }
        EXPECT_EQ(co_await counted(pool), 0);
        EXPECT_EQ(pool.figures().opened, 1U);
    });
}

TEST_F(Transactions, AreRolledBackWhenAnExceptionLeavesTheirScope) {
    inside([&](sessions& pool) -> task<void> {
        try {
            auto open = co_await begun(pool);
            co_await open.run(put_row, soon(), 1);
            co_await open.run(divide, soon(), 0);
        } catch (const server_error&) {
        }
        EXPECT_EQ(co_await counted(pool), 0);
    });
}

TEST_F(Transactions, SayThatACommitAfterAFailureCommittedNothing) {
    inside([&](sessions& pool) -> task<void> {
        {
            auto open = co_await begun(pool);
            co_await open.run(put_row, soon(), 1);
            EXPECT_THROW(co_await open.run(divide, soon(), 0), server_error);
            EXPECT_THROW(co_await open.commit(soon()), server_error);
        }
        EXPECT_EQ(co_await counted(pool), 0);
    });
}

TEST_F(Transactions, ReportAConstraintThatFailsAtTheCommit) {
    server().sql("CREATE TABLE late_rows (n int4 UNIQUE DEFERRABLE INITIALLY DEFERRED)", database);
    inside([&](sessions& pool) -> task<void> {
        auto open = co_await begun(pool);
        co_await open.run(put_late, soon(), 1);
        co_await open.run(put_late, soon(), 1);
        EXPECT_THROW(co_await open.commit(soon()), server_error);
    });
}

TEST_F(Transactions, RollBackWhenAsked) {
    inside([&](sessions& pool) -> task<void> {
        auto open = co_await begun(pool);
        co_await open.run(put_row, soon(), 1);
        co_await open.rollback(soon());
        co_await open.rollback(soon());
        EXPECT_FALSE(open.is_open());
    });
}

TEST_F(Transactions, ThatOnlyReadCannotWrite) {
    inside([&](sessions& pool) -> task<void> {
        {
            auto open = co_await begun(pool, transaction_mode::read_only);
            try {
                co_await open.run(put_row, soon(), 1);
                ADD_FAILURE() << "it wrote";
            } catch (const server_error& refused) {
                EXPECT_TRUE(refused.is(sqlstate::read_only_transaction));
            }
        }
        auto next = co_await taken(pool, work);
        EXPECT_EQ(pool.figures().closed, 0U) << "the server itself takes writes: nothing is stale";
    });
}

TEST_F(Transactions, ADeadlineRollsBackAndTheLockIsGone) {
    ceiling = 2, burst = 1;
    inside([&](sessions& pool) -> task<void> {
        static constexpr statement lock_table("LOCK TABLE ledger_rows IN EXCLUSIVE MODE");
        budget::holder other("other");
        auto first = co_await begun(pool);
        co_await first.run(lock_table, soon());
        auto blocked = (co_await pool.begin(other, soon())).value();
        EXPECT_THROW(co_await blocked.run(lock_table, deadline::after(100ms)), deadline_passed);
        EXPECT_THROW(co_await blocked.commit(soon()), deadline_passed);
        co_await first.commit(soon());
    });
    EXPECT_EQ(server().value("SELECT count(*) FROM pg_locks WHERE mode = 'ExclusiveLock' AND "
                             "relation IS NOT NULL"),
              "0");
}

}  // namespace
}  // namespace headroom::persistence
