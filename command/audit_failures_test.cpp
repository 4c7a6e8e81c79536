// Servers that cannot be audited, of each kind and for each reason: one clear line, within the
// timeout, the other server still reported, and no password in any output.
#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "command/audit_fixture.hpp"
#include "headroom/runtime/deadline.hpp"
#include "headroom/runtime/leased_thread.hpp"
#include "headroom/testing/private_pgbouncer.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/run.hpp"

namespace headroom::command {
namespace {

using namespace std::chrono_literals;
using testing::free_port;
using ::testing::HasSubstr;
using ::testing::Not;

/// A port whose owner takes every connection, says `half` and nothing more.
class mute_server {
public:
    explicit mute_server(std::string half)
        : socket_(socket(AF_INET, SOCK_STREAM, 0)), half_(std::move(half)) {
        sockaddr_in at{};
        at.sin_family = AF_INET;
        at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        bind(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at);
        listen(socket_, 8);
        socklen_t size = sizeof at;
        getsockname(socket_, reinterpret_cast<sockaddr*>(&at), &size);
        port = ntohs(at.sin_port);
        thread_.emplace(threads_.one(), "mute_server", [this] { answer(); });
    }
    ~mute_server() {
        shutdown(socket_, SHUT_RDWR);
        thread_->join();
        for (const int each : taken_) close(each);
        close(socket_);
    }
    mute_server(const mute_server&) = delete;
    mute_server& operator=(const mute_server&) = delete;
    unsigned short port = 0;

private:
    void answer() {
        for (int one = 0; (one = accept(socket_, nullptr, nullptr)) >= 0;) {
            taken_.push_back(one);
            send(one, half_.data(), half_.size(), MSG_NOSIGNAL);
        }
    }

    const int socket_;
    const std::string half_;
    std::vector<int> taken_;
    testing::thread_budget threads_{1};
    std::optional<leased_thread> thread_;
};

/// One server of each kind that asks for passwords and for TLS.
class strict_servers {
public:
    static constexpr const char* names[] = {"postgres", "pgbouncer", "redis"};

    unsigned short port_of(const std::string& kind) const {
        return kind == "postgres"    ? postgres.port()
               : kind == "pgbouncer" ? pgbouncer.port()
                                     : redis.port();
    }

private:
    testing::temp_directory in_;
    const std::string certificate_ = in_.file("server.crt"), key_ = in_.file("server.key");
    const std::string hba_ = in_.write("hba.conf",
                                       "local all postgres trust\n"
                                       "host all app 127.0.0.1/32 scram-sha-256\n"
                                       "hostssl all secret 127.0.0.1/32 trust\n");
    const std::string users_ = in_.write("users.txt", "\"app\" \"right\"\n");
    const bool prepared_ = [this] {
        testing::run_program(
            {.arguments = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                           "ec_paramgen_curve:prime256v1", "-nodes", "-subj", "/CN=localhost",
                           "-keyout", key_, "-out", certificate_}});
        testing::give_to(testing::server_user(), in_.path());
        return true;
    }();

public:
    const unsigned short redis_tls = free_port();
    testing::private_postgres postgres{{.settings = {{"hba_file", hba_},
                                                     {"ssl", "on"},
                                                     {"ssl_cert_file", certificate_},
                                                     {"ssl_key_file", key_}},
                                        .loopback = true}};
    testing::private_pgbouncer pgbouncer{
        postgres, {{"auth_type", "scram-sha-256"}, {"auth_file", users_}, {"stats_users", "app"}}};
    testing::private_pgbouncer tls_pgbouncer{postgres,
                                             {{"client_tls_sslmode", "require"},
                                              {"client_tls_cert_file", certificate_},
                                              {"client_tls_key_file", key_}}};
    testing::private_redis redis{{{"requirepass", "right"},
                                  {"tls-port", std::to_string(redis_tls)},
                                  {"tls-cert-file", certificate_},
                                  {"tls-key-file", key_},
                                  {"tls-ca-cert-file", certificate_},
                                  {"tls-auth-clients", "no"}}};
    testing::private_redis healthy;
};

/// A URL with a password that must never be seen again.
std::string url_at(const std::string& kind, const std::string& host, unsigned port,
                   const std::string& user = "app") {
    if (kind == "redis") return fmt::format("redis://:s3cret@{}:{}", host, port);
    return fmt::format("postgresql://{}:s3cret@{}:{}/postgres?sslmode=disable", user, host, port);
}

class FailureOfAServer : public audit_fixture, public ::testing::WithParamInterface<const char*> {
protected:
    static strict_servers& servers() {
        static strict_servers all;
        return all;
    }
    static bool is_redis() { return GetParam() == std::string("redis"); }
    /// It has one code for everything it refuses.
    static bool is_pgbouncer() { return GetParam() == std::string("pgbouncer"); }
    static std::string url(unsigned port, const std::string& user = "app") {
        return url_at(GetParam(), "127.0.0.1", port, user);
    }
    /// The answer, after what holds for every failure.
    static testing::outcome failing(const std::string& url,
                                    std::map<std::string, std::string> environment = {}) {
        const auto begun = deadline::clock::now();
        const auto answer = testing::run_program(
            {.arguments = {HEADROOM_COMMAND, "audit", fmt::format("--{}", GetParam()), url,
                           "--redis", servers().healthy.url(), "--timeout", "800ms", "--json"},
             .environment = std::move(environment)});
        EXPECT_LT(deadline::clock::now() - begun, 4s);
        EXPECT_EQ(std::ranges::count(answer.errors, '\n'), 1) << answer.errors;
        EXPECT_THAT(answer.output + answer.errors, Not(HasSubstr("s3cret")));
        const auto pages = json::parse(answer.output).at("servers").as_array();
        const auto failed = std::ranges::count_if(
            pages, [](const auto& each) { return !each.at("error").is_null(); });
        EXPECT_EQ(pages.size(), 2u);
        EXPECT_EQ(failed, 1) << "the other server was looked at: " << answer.output;
        return answer;
    }
};

TEST_P(FailureOfAServer, IsDown) {
    const auto answer = failing(url(1));
    EXPECT_EQ(answer.code, 75);
    EXPECT_THAT(answer.errors, HasSubstr("not reachable"));
    EXPECT_THAT(answer.errors, HasSubstr("127.0.0.1:1"));
}

TEST_P(FailureOfAServer, RefusesThePassword) {
    const auto answer = failing(url(servers().port_of(GetParam())));
    EXPECT_EQ(answer.code, is_pgbouncer() ? 75 : 78) << answer.errors;
    EXPECT_THAT(answer.errors, HasSubstr(is_redis() ? "WRONGPASS" : "password"));
}

TEST_P(FailureOfAServer, AsksForTls) {
    auto& all = servers();
    const auto port = is_redis()       ? all.redis_tls
                      : is_pgbouncer() ? all.tls_pgbouncer.port()
                                       : all.postgres.port();
    all.postgres.create_role("secret");
    const auto answer = failing(url(port, is_pgbouncer() ? "postgres" : "secret"));
    EXPECT_EQ(answer.code, is_redis() || is_pgbouncer() ? 75 : 78) << answer.errors;
    EXPECT_THAT(answer.errors,
                HasSubstr(is_redis()       ? "does it ask for TLS (rediss://)?"
                          : is_pgbouncer() ? "check the password, sslmode"
                                           : "check the role of the URL, its sslmode"));
}

TEST_P(FailureOfAServer, TakesConnectionsAndSaysNothing) {
    const mute_server silent("");
    const auto answer = failing(url(silent.port));
    EXPECT_EQ(answer.code, 75) << answer.errors;
}

TEST_P(FailureOfAServer, SaysHalfAnAnswer) {
    using namespace std::literals;
    const mute_server halting(is_redis() ? "$1000\r\nredis_ver"s : "R\0\0\0"s);
    const auto answer = failing(url(halting.port));
    EXPECT_EQ(answer.code, 75) << answer.errors;
}

TEST_P(FailureOfAServer, IsAnotherKindOfServer) {
    const mute_server web("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    const auto answer = failing(url(web.port));
    EXPECT_NE(answer.code, 0) << answer.output;
}

TEST_P(FailureOfAServer, HasANameThatHangsTheResolver) {
    const auto answer =
        failing(url_at(GetParam(), "hangs.test", 5432),
                {{"LD_PRELOAD", HEADROOM_NAMES}, {"HEADROOM_TEST_NAMES", "hangs.test="}});
    EXPECT_EQ(answer.code, 75);
    EXPECT_THAT(answer.errors, HasSubstr("cannot resolve \"hangs.test\""));
}

TEST_P(FailureOfAServer, HasANameThatNobodyKnows) {
    const auto answer = failing(url_at(GetParam(), "no-such-host.invalid", 5432));
    EXPECT_EQ(answer.code, 75) << answer.errors;
    EXPECT_THAT(answer.errors, HasSubstr("no-such-host.invalid"));
}

TEST_P(FailureOfAServer, HasAUrlThatCannotBeRead) {
    for (const auto* broken : {"{}://u:s3cret@h:port/x", "{}://u:s3cret@h:99999/x",
                               "{}://u:s3cret@[::1/x", "{}//u:s3cret@h", "ftp://u:s3cret@h/{}"}) {
        const auto answer = headroom_audit(
            {fmt::format("--{}", GetParam()),
             fmt::format(fmt::runtime(broken), is_redis() ? "redis" : "postgresql")});
        EXPECT_EQ(answer.code, 64) << broken << answer.errors;
        EXPECT_EQ(std::ranges::count(answer.errors, '\n'), 1) << answer.errors;
        EXPECT_THAT(answer.errors, HasSubstr(fmt::format("--{}", GetParam()))) << broken;
        EXPECT_THAT(answer.output + answer.errors, Not(HasSubstr("s3cret"))) << broken;
    }
}

INSTANTIATE_TEST_SUITE_P(Every, FailureOfAServer, ::testing::ValuesIn(strict_servers::names),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace headroom::command
