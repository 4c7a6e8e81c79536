#include <csignal>

#include "headroom/persistence/connection_fixture.hpp"
#include "headroom/persistence/door.hpp"

namespace headroom::persistence {
namespace {

/// What opening a connection answers when it cannot be opened.
class ConnectionOpen : public connection_fixture {
protected:
    task<std::string> refusal(connect_info to, deadline until = soon()) {
        auto on = make();
        const auto code = co_await code_of(on->open(std::move(to), until));
        EXPECT_EQ(on->is(), code.empty() ? connection::state::ready : connection::state::lost);
        co_return code;
    }
    task<bool> eventually_refused(connect_info to, std::string& code) {
        for (int attempt = 0; attempt < 100; ++attempt) {
            code = co_await refusal(to);
            if (!code.empty()) co_return true;
        }
        co_return false;
    }
};

TEST_F(ConnectionOpen, KeepsToTheAddressOfANameThatAnswers) {
    inside([&]() -> task<void> {
        auto to = parse_connect_info(
            server().url("postgres", "postgres", testing::route::loopback)).value();
        to.host = "localhost";  // which is ::1 as well, and there nobody listens
        to.hostaddr.clear();
        door way(to);
        for (int i = 0; i < 3; ++i) {
            auto on = make();
            co_await way.open(*on, soon());
            EXPECT_FALSE(way.gate().believed_dead());
        }
    });
}

TEST_F(ConnectionOpen, TheServerEndsItWithinSecondsOfLosingItsHostWhereThatIsAskedFor) {
    static constexpr statement seconds(
        "select current_setting('tcp_keepalives_idle') || ' ' ||"
        " current_setting('tcp_keepalives_interval') || ' ' ||"
        " current_setting('tcp_keepalives_count') || ' ' || current_setting('tcp_user_timeout')");
    inside([&]() -> task<void> {
        auto on = make({.ends_with_host = true});
        co_await on->open(parse_connect_info(server().url("postgres", "postgres",
                                                          testing::route::loopback)).value(),
                          soon());
        EXPECT_EQ((co_await on->run(seconds, {}, soon())).one<std::string>(), "5 1 3 7000");
    });
}

TEST_F(ConnectionOpen, ADoorThatIsShutLetsControlThroughAndNobodyElse) {
    inside([&]() -> task<void> {
        door way(target());
        way.shut(true);
        auto lane = make();
        EXPECT_EQ(co_await code_of(way.open(*lane, soon())), "lost");
        EXPECT_FALSE(way.gate().believed_dead());
        budget::ledger own("postgres", 1);
        auto share = own.open({control_consumer, 1, 0}).value();
        connection control(*reactor::current(), share.take().value(), {.application_name = "c"});
        co_await way.open(control, soon());
        co_await control.close(soon());
        way.shut(false);
        auto next = make();
        co_await way.open(*next, soon());
    });
}

TEST_F(ConnectionOpen, SaysThatTheServerIsFull) {
    server().create_role("single", "LOGIN CONNECTION LIMIT 1");
    inside([&]() -> task<void> {
        auto only = make();
        co_await only->open(target("single"), soon());
        EXPECT_EQ(co_await refusal(target("single")), sqlstate::too_many_connections);
    });
}

TEST_F(ConnectionOpen, SaysThatTheDatabaseDoesNotExist) {
    inside([&]() -> task<void> {
        EXPECT_EQ(co_await refusal(target("postgres", "nowhere")), sqlstate::invalid_catalog_name);
    });
}

TEST_F(ConnectionOpen, SaysThatTheRoleIsUnknown) {
    inside([&]() -> task<void> {
        EXPECT_EQ(co_await refusal(target("nobody_knows")), sqlstate::invalid_authorization);
    });
}

TEST_F(ConnectionOpen, SaysThatTheRoleMayNotConnect) {
    server().create_role("stranger");
    server().create_database("closed");
    server().sql("revoke connect on database closed from public");
    inside([&]() -> task<void> {
        EXPECT_EQ(co_await refusal(target("stranger", "closed")), sqlstate::insufficient_privilege);
    });
}

TEST_F(ConnectionOpen, SaysThatThePasswordIsWrongOrMissing) {
    testing::private_postgres guarded({.loopback = true, .authentication = "scram-sha-256"});
    guarded.create_role("app", "LOGIN PASSWORD 'right'");
    auto to = parse_connect_info(guarded.url("app", "postgres", testing::route::loopback)).value();
    inside([&]() -> task<void> {
        EXPECT_EQ(co_await refusal(to), sqlstate::invalid_password);
        to.password = secret("wrong");
        EXPECT_EQ(co_await refusal(to), sqlstate::invalid_password);
        to.password = secret("right");
        EXPECT_EQ(co_await refusal(to, deadline::after(0ms)), "late");
        auto on = make();
        co_await on->open(to, soon());
        EXPECT_EQ(on->is(), connection::state::ready);
    });
}

TEST_F(ConnectionOpen, SaysThatNobodyListens) {
    testing::private_postgres stopped;
    const auto to = parse_connect_info(stopped.url()).value();
    stopped.stop();
    inside([&]() -> task<void> { EXPECT_EQ(co_await refusal(to), "lost"); });
}

TEST_F(ConnectionOpen, SaysThatTheServerIsShuttingDown) {
    testing::private_postgres ending;
    inside([&]() -> task<void> {
        const auto to = parse_connect_info(ending.url()).value();
        auto last = make();
        co_await last->open(to, soon());
        ::kill(ending.pid(), SIGTERM);  // smart: waits for us, and takes nobody else
        std::string code;
        EXPECT_TRUE(co_await eventually_refused(to, code));
        EXPECT_EQ(code, sqlstate::cannot_connect_now);
        co_await last->close(soon());
    });
}

TEST_F(ConnectionOpen, NeverTellsAPassword) {
    auto to = target("nobody_knows");
    to.password = secret("s3cret");
    inside([&]() -> task<void> {
        auto on = make();
        try {
            co_await on->open(to, soon());
        } catch (const std::exception& failed) {
            EXPECT_EQ(std::string(failed.what()).find("s3cret"), std::string::npos);
        }
    });
}

}  // namespace
}  // namespace headroom::persistence
