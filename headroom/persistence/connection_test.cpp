#include <future>

#include "headroom/persistence/canceller.hpp"
#include "headroom/persistence/connection_fixture.hpp"

namespace headroom::persistence {
namespace {

using testing::eventually_on_reactor;
using ConnectionTest = connection_fixture;

constexpr statement echo{"select $1::int4"};
constexpr statement own_pid{"select pg_backend_pid()"};
constexpr statement doze{"select pg_sleep($1)"};
constexpr statement divide{"select 1 / $1::int4"};

TEST_F(ConnectionTest, AnswersAStatement) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        const auto answer = co_await on->run(echo, parameters::of(42), soon());
        EXPECT_EQ(answer.one<std::int32_t>(), 42);
        EXPECT_TRUE(on->idle());
        EXPECT_EQ(on->backend_pid(), (co_await on->run(own_pid, {}, soon())).one<std::int32_t>());
        co_await on->close(soon());
        EXPECT_EQ(on->is(), connection::state::closed);
        EXPECT_EQ(ledger.held(), 0u);
    });
}

TEST_F(ConnectionTest, TellsAReadWhoseServerWentInTheSameTurn) {
    testing::private_postgres own;
    inside([&]() -> task<void> {
        auto on = make();
        co_await on->open(parse_connect_info(own.url()).value(), soon());
        co_await on->run(own_pid, {}, soon());
        own.crash();  // without a turn of the reactor
        EXPECT_EQ(co_await code_of(on->run_read(echo, parameters::of(1), soon())), "lost");
    });
}

TEST_F(ConnectionTest, AUnitIsAllOrNothing) {
    inside([&]() -> task<void> {
        static constexpr statement create{"create temp table t (id int unique)"};
        static constexpr statement insert{"insert into t values ($1)"};
        static constexpr statement count{"select count(*) from t"};
        auto on = co_await opened();
        co_await on->run(create, {}, soon());
        const step twice[] = {{&insert, parameters::of(1)}, {&insert, parameters::of(1)}};
        EXPECT_EQ(co_await code_of(on->run_unit(twice, soon())), sqlstate::unique_violation);
        EXPECT_EQ((co_await on->run(count, {}, soon())).one<std::int64_t>(), 0);
        const step both[] = {{&insert, parameters::of(1)}, {&insert, parameters::of(2)}};
        const auto answers = co_await on->run_unit(both, soon());
        EXPECT_EQ(answers.size(), 2u);
        EXPECT_EQ(answers[1].affected(), 1);
    });
}

TEST_F(ConnectionTest, ARefusalNamesItsConstraintAndNotItsValue) {
    inside([&]() -> task<void> {
        static constexpr statement create{
            "create temp table c (id text constraint one_of_each unique)"};
        static constexpr statement insert{"insert into c values ($1)"};
        auto on = co_await opened();
        co_await on->run(create, {}, soon());
        co_await on->run(insert, parameters::of("secret"), soon());
        try {
            co_await on->run(insert, parameters::of("secret"), soon());
            ADD_FAILURE() << "the value is taken";
        } catch (const server_error& refused) {
            EXPECT_EQ(refused.constraint(), "one_of_each");
            EXPECT_EQ(std::string_view(refused.what()).find("secret"), std::string_view::npos);
        }
    });
}

TEST_F(ConnectionTest, AStatementThatFailsAtItsCommitIsAnError) {
    inside([&]() -> task<void> {
        static constexpr statement create{
            "create temp table late (id int, unique (id) deferrable initially deferred)"};
        static constexpr statement insert{"insert into late values (1)"};
        auto on = co_await opened();
        co_await on->run(create, {}, soon());
        co_await on->run(insert, {}, soon());
        EXPECT_EQ(co_await code_of(on->run(insert, {}, soon())), sqlstate::unique_violation);
        EXPECT_EQ((co_await on->run(echo, parameters::of(1), soon())).one<std::int32_t>(), 1);
    });
}

TEST_F(ConnectionTest, OneCallersErrorDoesNotDisturbTheOthers) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        int right = 0, failed = 0;
        for (int i = 0; i < 60; ++i)
            spawn([&, i]() -> task<void> {
                if (i % 3 == 0)
                    failed += co_await code_of(on->run(divide, parameters::of(0), soon())) ==
                              "22012";
                else
                    right += (co_await on->run(echo, parameters::of(i), soon()))
                                 .one<std::int32_t>() == i;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return right == 40 && failed == 20; }));
    });
}

TEST_F(ConnectionTest, ADeadlineAbandonsAStatementAndDoesNotDisturbItsNeighbours) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        int right = 0;
        bool late = false;
        spawn([&]() -> task<void> {
            try {
                co_await on->run(doze, parameters::of(0.3), deadline::after(50ms));
            } catch (const deadline_passed&) {
                late = true;
                EXPECT_EQ(right, 0);
            }
        });
        for (int i = 0; i < 20; ++i)
            spawn([&, i]() -> task<void> {
                right +=
                    (co_await on->run(echo, parameters::of(i), soon())).one<std::int32_t>() == i;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return right == 20; }));
        EXPECT_TRUE(late);
        EXPECT_EQ(on->is(), connection::state::ready);
    });
}

TEST_F(ConnectionTest, AServerThatStaysSilentAfterTheDeadlineIsLost) {
    inside([&]() -> task<void> {
        auto on = co_await opened({.abandon_grace_ms = 200ms});
        std::string why;
        on->on_lost([&](const std::string& text) { why = text; });
        server().freeze(on->backend_pid());
        const auto start = deadline::clock::now();
        EXPECT_THROW(co_await on->run(echo, parameters::of(1), deadline::after(100ms)),
                     deadline_passed);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return !why.empty(); }));
        EXPECT_LT(deadline::clock::now() - start, 1s);
        EXPECT_EQ(ledger.snapshot().closing, 1u);  // nobody has seen the backend go
        server().thaw(on->backend_pid());
    });
}

TEST_F(ConnectionTest, ACancelledCallerLeavesItsAnswerBehind) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        boost::asio::cancellation_signal stop;
        bool ended = false;
        auto slow = [&]() -> task<void> { co_await on->run(doze, parameters::of(0.2), soon()); };
        boost::asio::co_spawn(
            on->home().get_executor(), slow,
            boost::asio::bind_cancellation_slot(stop.slot(), [&](std::exception_ptr failure) {
                ended = static_cast<bool>(failure);
            }));
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return on->pending() == 1; }));
        stop.emit(boost::asio::cancellation_type::terminal);
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ended; }));
        EXPECT_EQ(on->pending(), 1u);
        EXPECT_EQ((co_await on->run(echo, parameters::of(3), soon())).one<std::int32_t>(), 3);
    });
}

TEST_F(ConnectionTest, RefusesMoreThanItsBoundOfStatements) {
    inside([&]() -> task<void> {
        auto on = co_await opened({.pending_max = 2});
        for (int i = 0; i < 2; ++i)
            spawn([&]() -> task<void> { co_await on->run(doze, parameters::of(0.05), soon()); });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return on->pending() == 2; }));
        try {
            co_await on->run(echo, parameters::of(1), soon());
            ADD_FAILURE() << "a third was accepted";
        } catch (const budget::refused& refusal) {
            EXPECT_EQ(refusal.why().held, 2u);
            EXPECT_EQ(refusal.why().limit, 2u);
        }
        EXPECT_TRUE(co_await on->drain(soon()));
        co_await headroom::yield_now();
    });
}

TEST_F(ConnectionTest, EveryCallerHearsOfAKilledBackend) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        int lost = 0;
        bool told = false;
        on->on_lost([&](const std::string&) { told = true; });
        for (int i = 0; i < 20; ++i)
            spawn([&]() -> task<void> {
                try {
                    co_await on->run(doze, parameters::of(5.0), soon());
                } catch (const connection_lost&) {
                    ++lost;
                }
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return on->pending() == 20; }));
        server().terminate(on->backend_pid());
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return lost == 20 && told; }));
        EXPECT_EQ(on->is(), connection::state::lost);
        EXPECT_EQ(ledger.held(), 0u);  // its end of file was seen
        EXPECT_THROW(co_await on->run(echo, parameters::of(1), soon()), connection_lost);
    });
}

TEST_F(ConnectionTest, MayBeDestroyedWithStatementsInFlight) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        int lost = 0;
        for (int i = 0; i < 5; ++i)
            spawn([&]() -> task<void> {
                try {
                    co_await on->run(doze, parameters::of(0.1), soon());
                } catch (const connection_lost& end) {
                    lost += end.may_have_run();
                }
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return on->pending() == 5; }));
        on.reset();
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return lost == 5; }));
    });
}

TEST_F(ConnectionTest, PreparesAgainWhenATableChangedBelowAStatement) {
    inside([&]() -> task<void> {
        static constexpr statement create{"create temp table shape (a int)"};
        static constexpr statement grow{"alter table shape add b int"};
        static constexpr statement look{"select * from shape"};
        auto on = co_await opened();
        co_await on->run(create, {}, soon());
        EXPECT_EQ((co_await on->run(look, {}, soon())).columns(), 1);
        co_await on->run(grow, {}, soon());
        EXPECT_EQ((co_await on->run(look, {}, soon())).columns(), 2);
    });
}

TEST_F(ConnectionTest, PreparesAgainInAUnitToo) {
    inside([&]() -> task<void> {
        static constexpr statement create{"create temp table form (a int)"};
        static constexpr statement grow{"alter table form add b int"};
        static constexpr statement look{"select * from form"};
        auto on = co_await opened();
        const step both[] = {{&echo, parameters::of(1)}, {&look, {}}};
        co_await on->run(create, {}, soon());
        EXPECT_EQ((co_await on->run_unit(both, soon())).at(1).columns(), 1);
        co_await on->run(grow, {}, soon());
        EXPECT_EQ((co_await on->run_unit(both, soon())).at(1).columns(), 2);
    });
}

TEST_F(ConnectionTest, InATransactionAStalePlanIsAnErrorOnce) {
    inside([&]() -> task<void> {
        static constexpr statement create{"create temp table cut (a int)"};
        static constexpr statement grow{"alter table cut add b int"};
        static constexpr statement look{"select * from cut"};
        auto on = co_await opened();
        co_await on->run(create, {}, soon());
        co_await on->run(look, {}, soon());
        co_await on->run("begin", {}, soon());
        co_await on->run(grow, {}, soon());
        EXPECT_EQ(co_await code_of(on->run(look, {}, soon())), "0A000");
        co_await on->run("rollback", {}, soon());
        EXPECT_EQ((co_await on->run(look, {}, soon())).columns(), 1);
    });
}

TEST_F(ConnectionTest, DoesNotSendWhatIsTooLateAlready) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        const auto late = deadline::after(0ms);
        EXPECT_EQ(co_await code_of(on->run(doze, parameters::of(5.0), late)), "late");
        EXPECT_EQ(on->pending(), 0u);
        EXPECT_EQ(on->is(), connection::state::ready);
    });
}

TEST_F(ConnectionTest, RefusesATextThatWouldBeCutShort) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        const std::string cut("select 1\0 where false", 22);
        const auto text = statement::from_file(cut);
        EXPECT_THROW(co_await on->run(text, {}, soon()), std::invalid_argument);
        EXPECT_EQ((co_await on->run(echo, parameters::of(1), soon())).one<std::int32_t>(), 1);
    });
}

TEST_F(ConnectionTest, PreparesAgainWhatTheServerForgot) {
    inside([&]() -> task<void> {
        static constexpr statement forget{"deallocate all"};
        auto on = co_await opened();
        co_await on->run(echo, parameters::of(1), soon());
        co_await on->run(forget, {}, soon());
        EXPECT_EQ((co_await on->run(echo, parameters::of(2), soon())).one<std::int32_t>(), 2);
    });
}

TEST_F(ConnectionTest, KeepsItsPreparedStatementsWithinTheirBound) {
    inside([&]() -> task<void> {
        static constexpr statement count{"select count(*) from pg_prepared_statements"};
        auto on = co_await opened({.statement_cache_max = 3});
        std::vector<std::string> texts;
        for (int i = 0; i < 20; ++i) texts.push_back("select " + std::to_string(i));
        for (const auto& each : texts) co_await on->run(statement::from_file(each), {}, soon());
        EXPECT_LE((co_await on->run(count, {}, soon())).one<std::int64_t>(), 4);
    });
}

TEST_F(ConnectionTest, EvictionInAFailedTransactionDoesNotStopItsRollback) {
    inside([&]() -> task<void> {
        static constexpr statement begin{"begin"}, rollback{"rollback"};
        auto on = co_await opened({.statement_cache_max = 1});
        co_await on->run(begin, {}, soon());
        EXPECT_TRUE(on->in_transaction());
        EXPECT_EQ(co_await code_of(on->run(divide, parameters::of(0), soon())), "22012");
        co_await on->run(rollback, {}, soon());
        EXPECT_FALSE(on->in_transaction());
        EXPECT_EQ((co_await on->run(echo, parameters::of(1), soon())).one<std::int32_t>(), 1);
    });
}

TEST_F(ConnectionTest, HearsNotifications) {
    inside([&]() -> task<void> {
        static constexpr statement listen{"listen news"};
        static constexpr statement tell{"select pg_notify('news', $1)"};
        auto ear = co_await opened(), mouth = co_await opened();
        std::string heard;
        ear->on_notification([&](const notification& each) { heard = each.payload; });
        co_await ear->run(listen, {}, soon());
        co_await mouth->run(tell, parameters::of("rain"), soon());
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return heard == "rain"; }));
    });
}

TEST_F(ConnectionTest, AListenerMayDestroyItsConnection) {
    inside([&]() -> task<void> {
        static constexpr statement both{"select pg_notify('own', '') from generate_series(1, 2)"};
        static constexpr statement listen{"listen own"};
        auto on = co_await opened();
        co_await on->run(listen, {}, soon());
        auto& held = *on;
        held.on_notification([&](const notification&) { on.reset(); });
        spawn([&]() -> task<void> { (void)co_await code_of(held.run(both, {}, soon())); });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return on == nullptr; }));
    });
}

TEST_F(ConnectionTest, CopyEndsItWithAnErrorAndNotWithSilence) {
    inside([&]() -> task<void> {
        static constexpr statement copy{"copy (select 1) to stdout"};
        auto on = co_await opened();
        EXPECT_THROW(co_await on->run(copy, {}, soon()), connection_lost);
    });
}

TEST_F(ConnectionTest, DataErrorsDoNotQuoteTheValue) {
    inside([&]() -> task<void> {
        static constexpr statement cast{"select $1::text::int4"};
        auto on = co_await opened();
        try {
            co_await on->run(cast, parameters::of("s3cret"), soon());
            ADD_FAILURE() << "a word became a number";
        } catch (const server_error& failed) {
            EXPECT_TRUE(failed.is("22P02"));
            EXPECT_EQ(std::string(failed.what()).find("s3cret"), std::string::npos);
        }
    });
}

TEST_F(ConnectionTest, ErrorsLeaveTheServersDetailOut) {
    inside([&]() -> task<void> {
        static constexpr statement create{"create temp table u (name text unique)"};
        static constexpr statement insert{"insert into u values ($1)"};
        auto on = co_await opened();
        co_await on->run(create, {}, soon());
        co_await on->run(insert, parameters::of("hidden"), soon());
        try {
            co_await on->run(insert, parameters::of("hidden"), soon());
            ADD_FAILURE() << "the same twice";
        } catch (const server_error& failed) {
            EXPECT_EQ(std::string(failed.what()).find("hidden"), std::string::npos);
        }
    });
}

TEST_F(ConnectionTest, CancelsWhatRuns) {
    testing::thread_budget threads(2);
    worker_pool system("system", threads.several(2));
    budget::ledger files("files", 2);
    canceller cancels(system, files.open({"persistence.cancel", 2, 0}).value());
    inside([&]() -> task<void> {
        auto on = co_await opened({.cancels = &cancels});
        std::string code;
        spawn([&]() -> task<void> {
            code = co_await code_of(on->run(doze, parameters::of(20.0), soon()));
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return server_runs(on->backend_pid()); }));
        co_await on->cancel(soon());
        EXPECT_TRUE(
            co_await eventually_on_reactor([&] { return code == sqlstate::query_canceled; }));
        EXPECT_EQ(files.held(), 0u);
    });
}

TEST_F(ConnectionTest, ACancellersEndWaitsForTheRequestItsCallerGaveUp) {
    testing::thread_budget threads(2);
    worker_pool system("system", threads.several(2));
    budget::ledger files("files", 2);
    auto cancels = std::make_unique<canceller>(
        system, files.open({"persistence.cancel", 2, 0}).value());
    inside([&]() -> task<void> {
        auto on = co_await opened({.cancels = cancels.get()});
        server().freeze();
        EXPECT_EQ(co_await code_of(on->cancel(deadline::after(50ms))), "late");
        on.reset();
        const auto end = std::async(std::launch::async, [&] { cancels.reset(); });
        EXPECT_EQ(end.wait_for(100ms), std::future_status::timeout);
        EXPECT_EQ(files.held(), 1u);
        server().thaw();
        end.wait();
        EXPECT_EQ(files.held(), 0u);
    });
}

TEST_F(ConnectionTest, ReadsOfOneTurnShareASyncAndAreAnswered) {
    inside([&]() -> task<void> {
        auto on = co_await opened();
        int right = 0;
        for (int i = 0; i < 100; ++i)
            spawn([&, i]() -> task<void> {
                right += (co_await on->run_read(echo, parameters::of(i), soon()))
                             .one<std::int32_t>() == i;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return right == 100; }));
    });
}

TEST_F(ConnectionTest, SetsWhatTheServerMayTake) {
    inside([&]() -> task<void> {
        static constexpr statement show{"select current_setting($1)"};
        auto on = co_await opened({.application_name = "a/b/0badcafe/c",
                                   .statement_timeout = 1234ms,
                                   .start_up = {"search_path=one, two\\three"}});
        const auto value = [&](const char* name) -> task<std::string> {
            co_return (co_await on->run(show, parameters::of(name), soon())).one<std::string>();
        };
        EXPECT_EQ(co_await value("statement_timeout"), "1234ms");
        EXPECT_EQ(co_await value("application_name"), "a/b/0badcafe/c");
        EXPECT_EQ(co_await value("search_path"), "one, two\\three");
    });
}

TEST_F(ConnectionTest, CarriesLargeStatementsBothWays) {
    inside([&]() -> task<void> {
        static constexpr statement back{"select $1::text"};
        auto on = co_await opened();
        const std::string large(8 * 1024 * 1024, 'x');
        int right = 0;
        for (int i = 0; i < 4; ++i)
            spawn([&]() -> task<void> {
                right += (co_await on->run(back, parameters::of(large), soon()))
                             .one<std::string>() == large;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return right == 4; }));
    });
}

}  // namespace
}  // namespace headroom::persistence
