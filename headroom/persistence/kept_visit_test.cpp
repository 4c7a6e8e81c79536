#include "headroom/persistence/kept_visit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>

#include "headroom/persistence/console.hpp"
#include "headroom/persistence/error.hpp"
#include "headroom/persistence/read_server_facts.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_pgbouncer.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::persistence {
namespace {

using namespace std::chrono_literals;
using testing::soon;

class KeptVisit : public ::testing::Test {
protected:
    static testing::private_postgres& server() {
        static testing::private_postgres one;
        return one;
    }
    static visit_terms terms() {
        return {parse_connect_info(server().url()).value(), "test.visit", "test/kept"};
    }
    /// The process id of the backend that answers.
    static int pid_of(kept_visit& visit) {
        int pid = 0;
        visit.call(
            [&](connection& on) -> task<void> {
                pid = on.backend_pid();
                co_await count_sessions(on, soon());
            },
            soon());
        return pid;
    }
    static std::size_t ours() {
        return static_cast<std::size_t>(
            std::ranges::count(server().backends(), "test/kept",
                               &testing::backend::application_name));
    }
};

TEST_F(KeptVisit, KeepsItsConnectionBetweenCalls) {
    kept_visit visit(terms());
    EXPECT_TRUE(visit.gone()) << "nothing is opened yet";
    const auto first = pid_of(visit);
    EXPECT_EQ(pid_of(visit), first);
    EXPECT_EQ(ours(), 1u);
    EXPECT_FALSE(visit.gone());
}

TEST_F(KeptVisit, IsGoneFromTheServerWhenItHasLeft) {
    {
        kept_visit visit(terms());
        pid_of(visit);
    }
    EXPECT_EQ(ours(), 0u);
}

TEST_F(KeptVisit, OpensAnotherConnectionAfterOneThatWasEnded) {
    kept_visit visit(terms());
    const auto first = pid_of(visit);
    server().terminate(first);
    EXPECT_ANY_THROW(pid_of(visit));
    EXPECT_TRUE(testing::eventually([&] { return visit.gone(); }));
    EXPECT_NE(pid_of(visit), first);
    EXPECT_EQ(ours(), 1u);
}

TEST_F(KeptVisit, IsNotGoneWhileItsServerIsSilent) {
    kept_visit visit(terms());
    const auto pid = pid_of(visit);
    testing::private_postgres::freeze(pid);
    EXPECT_THROW(visit.call(
                     [](connection& on) -> task<void> {
                         co_await count_sessions(on, deadline::after(100ms));
                     },
                     soon()),
                 deadline_passed);
    EXPECT_FALSE(visit.gone());
    testing::private_postgres::thaw(pid);
    EXPECT_TRUE(testing::eventually([&] { return visit.gone(); }));
    EXPECT_NE(pid_of(visit), pid);
}

TEST_F(KeptVisit, CountsTheSessionsThatItLists) {
    kept_visit visit(terms()), other(terms());
    pid_of(other);
    visit.call(
        [](connection& on) -> task<void> {
            auto facts = co_await read_server_facts(on, soon());
            co_await read_sessions(on, facts, soon());
            EXPECT_EQ(facts.backends.size(), 2u);
            EXPECT_EQ(std::ranges::count(facts.backends, true, &backend::own), 1);
            EXPECT_EQ(co_await count_sessions(on, soon()), 1u);
        },
        soon());
}

TEST_F(KeptVisit, OfAConsoleKeepsItsConnectionToo) {
    testing::private_pgbouncer pooler(server(), {{"stats_users", "postgres"}});
    const auto at = parse_connect_info(pooler.url("postgres", "pgbouncer")).value();
    constexpr std::array<std::string_view, 1> show{"SHOW CLIENTS"};
    console_visit visit({at, "test.visit", "test/console"});
    const auto first = visit.ask(show, soon()).front();
    const auto second = visit.ask(show, soon()).front();
    ASSERT_EQ(first.rows.size(), 1u);
    ASSERT_EQ(second.rows.size(), 1u);
    EXPECT_EQ(first.value(0, "ptr"), second.value(0, "ptr"));
    pooler.freeze();
    EXPECT_THROW(visit.ask(show, deadline::after(100ms)), deadline_passed);
    EXPECT_FALSE(visit.gone());
    pooler.thaw();
    EXPECT_TRUE(testing::eventually([&] { return visit.gone(); }));
    EXPECT_EQ(visit.ask(show, soon()).front().rows.size(), 1u);
}

}  // namespace
}  // namespace headroom::persistence
