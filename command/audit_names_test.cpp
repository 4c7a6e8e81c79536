// The audit of servers behind a name, with a resolver whose answers the test makes up.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "headroom/runtime/deadline.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/private_postgres.hpp"

namespace headroom::command {
namespace {

using namespace std::chrono_literals;
using headroom::testing::outcome;
using ::testing::HasSubstr;

headroom::testing::private_postgres& server() {
    static headroom::testing::private_postgres one({.loopback = true});
    return one;
}

/// A port of 127.0.0.2 whose listener never answers, until destroyed.
class silent_neighbour {
public:
    explicit silent_neighbour(unsigned short port) : socket_(socket(AF_INET, SOCK_STREAM, 0)) {
        const int again = 1;
        setsockopt(socket_, SOL_SOCKET, SO_REUSEADDR, &again, sizeof again);
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_port = htons(port);
        inet_pton(AF_INET, "127.0.0.2", &at.sin_addr);
        listens = bind(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 &&
                  listen(socket_, 8) == 0;
    }
    ~silent_neighbour() { close(socket_); }
    silent_neighbour(const silent_neighbour&) = delete;
    silent_neighbour& operator=(const silent_neighbour&) = delete;
    bool listens = false;

private:
    const int socket_;
};

/// Audits the server as `host`, which the resolver knows by `names`.
outcome audit_of(const std::string& host, const std::string& names, const std::string& timeout) {
    static const bool known = (server().create_role("watch"), true);
    (void)known;
    return headroom::testing::run_program(
        {.arguments = {HEADROOM_COMMAND, "audit", "--timeout", timeout, "--postgres",
                       fmt::format("postgresql://watch@{}:{}/postgres?sslmode=disable", host,
                                   server().port())},
         .environment = {{"LD_PRELOAD", HEADROOM_NAMES}, {"HEADROOM_TEST_NAMES", names}}});
}

TEST(AuditOfAName, TriesTheNextAddressWhenOneRefuses) {
    const auto answer = audit_of("two.test", "two.test=127.0.0.2,127.0.0.1", "5s");
    EXPECT_EQ(answer.code, 0) << answer.errors;
}

TEST(AuditOfAName, ASilentAddressLeavesTheNextItsShareOfTheTime) {
    silent_neighbour silent(server().port());
    ASSERT_TRUE(silent.listens);
    const auto begun = deadline::clock::now();
    const auto answer = audit_of("two.test", "two.test=127.0.0.2,127.0.0.1", "2s");
    EXPECT_EQ(answer.code, 0) << answer.errors;
    EXPECT_GE(deadline::clock::now() - begun, 1s) << "the first was given half of it";
}

TEST(AuditOfAName, SaysWhyWhenNoAddressAnswers) {
    const auto answer = audit_of("none.test", "none.test=127.0.0.2,127.0.0.3", "5s");
    EXPECT_EQ(answer.code, 75);
    EXPECT_THAT(answer.errors, HasSubstr("not reachable"));
}

TEST(AuditOfAName, AnErrorOfTheServerEndsTheSearch) {
    const auto answer = headroom::testing::run_program(
        {.arguments = {HEADROOM_COMMAND, "audit", "--postgres",
                       fmt::format("postgresql://nobody@one.test:{}/postgres?sslmode=disable",
                                   server().port())},
         .environment = {{"LD_PRELOAD", HEADROOM_NAMES},
                         {"HEADROOM_TEST_NAMES", "one.test=127.0.0.1,127.0.0.2"}}});
    EXPECT_EQ(answer.code, 78);
    EXPECT_THAT(answer.errors, HasSubstr("nobody"));
}

TEST(AuditOfAName, AResolverThatHangsDoesNotKeepTheCommandFromItsEnd) {
    const auto begun = deadline::clock::now();
    const auto answer = audit_of("hangs.test", "hangs.test=", "300ms");
    EXPECT_EQ(answer.code, 75);
    EXPECT_THAT(answer.errors, HasSubstr("cannot resolve \"hangs.test\": no answer in time"));
    EXPECT_LT(deadline::clock::now() - begun, 2s);
}

}  // namespace
}  // namespace headroom::command
