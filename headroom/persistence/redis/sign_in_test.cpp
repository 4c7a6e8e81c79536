#include <fmt/format.h>

#include "headroom/persistence/redis/redis_fixture.hpp"
#include "headroom/testing/private_certificates.hpp"

namespace headroom::redis {
namespace {

using testing::private_certificates;

class RedisSignIn : public redis_fixture {
protected:
    static connect_info with_user(connect_info to, const char* user, const char* password) {
        to.user = user;
        to.password = secret(password);
        return to;
    }
};

TEST_F(RedisSignIn, AsTheDefaultUserWithAPassword) {
    private_redis guarded({{"requirepass", "right"}});
    inside([&]() -> task<void> {
        auto on = co_await opened_at(with_user(at(guarded), "", "right"));
        EXPECT_EQ((co_await on->run(command("ACL", "WHOAMI"), soon())).text(), "default");
        auto wrong = make();
        EXPECT_EQ(co_await code_of(wrong->open(with_user(at(guarded), "", "wrong"), soon())),
                  code::wrong_password);
        auto none = make();
        EXPECT_EQ(co_await code_of(none->open(at(guarded), soon())), code::no_auth);
    });
}

TEST_F(RedisSignIn, AsAUserOfTheAccessList) {
    server().ask({"ACL", "SETUSER", "app", "on", ">s3cret", "~orders:*", "+@all", "-select"});
    inside([&]() -> task<void> {
        auto on = co_await opened_at(with_user(at(server()), "app", "s3cret"));
        EXPECT_EQ((co_await on->run(command("ACL", "WHOAMI"), soon())).text(), "app");
        EXPECT_EQ(co_await code_of(on->run(command("SET", "orders:1", "x"), soon())), "");
        EXPECT_EQ(co_await code_of(on->run(command("SET", "other", "x"), soon())),
                  code::no_permission);
        auto wrong = make();
        const auto text =
            co_await text_of(wrong->open(with_user(at(server()), "app", "s3crets"), soon()));
        EXPECT_THAT(text, HasSubstr("WRONGPASS"));
        EXPECT_THAT(text, Not(HasSubstr("s3cret")));
        auto elsewhere = with_user(at(server()), "app", "s3cret");
        elsewhere.database = 1;
        auto other = make();
        EXPECT_EQ(co_await code_of(other->open(elsewhere, soon())), code::no_permission);
    });
}

TEST_F(RedisSignIn, WhereADatabaseIsRefusedItTakesTheSpareOneIfThereIsOne) {
    private_redis single({{"databases", "2"}});
    server().ask({"ACL", "SETUSER", "app", "on", ">s3cret", "~*", "+@all", "-select"});
    inside([&]() -> task<void> {
        auto last = at(single), first = with_user(at(server()), "app", "s3cret");
        last.database = 2;
        first.database = 1;
        for (const auto& each : {last, first}) {
            auto refused = make();
            EXPECT_NE(co_await code_of(refused->open(each, soon())), "");
        }
        last.spare_database = 1;
        first.spare_database = 0;
        for (const auto& each : {last, first}) {
            auto on = co_await opened_at(each);
            EXPECT_TRUE(on->on_spare());
            const auto info = co_await on->run(command("CLIENT", "INFO"), soon());
            EXPECT_THAT(info.text(),
                        HasSubstr(" db=" + std::to_string(*each.spare_database) + " "));
        }
        last.database = 0;
        auto there = co_await opened_at(last);
        EXPECT_FALSE(there->on_spare());
    });
}

TEST_F(RedisSignIn, NotesWhatTheAccessListForbids) {
    server().ask({"ACL", "SETUSER", "little", "on", ">pw", "~*", "+get", "+set"});
    inside([&]() -> task<void> {
        auto on = co_await opened_at(with_user(at(server()), "little", "pw"), {.no_evict = true});
        EXPECT_EQ(on->notes().size(), 1u);
        EXPECT_THAT(on->notes().at(0), HasSubstr("NOPERM"));
        EXPECT_EQ(co_await code_of(on->run(command("GET", "a"), soon())), "");
    });
}

TEST_F(RedisSignIn, ADatabaseThatIsNotThereIsRefused) {
    inside([&]() -> task<void> {
        auto to = at(server());
        to.database = 99;
        auto on = make();
        EXPECT_EQ(co_await text_of(on->open(to, soon())), "SELECT: ERR DB index is out of range");
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return ledger.held() == 0; }));
    });
}

TEST_F(RedisSignIn, AReplicaIsRefusedWhereThePrimaryIsNeeded) {
    private_redis replica;
    replica.ask({"REPLICAOF", "127.0.0.1", std::to_string(server().port())});
    inside([&]() -> task<void> {
        auto on = make({.needs_primary = true});
        EXPECT_EQ(co_await text_of(on->open(at(replica), soon())),
                  "the server is a replica, not the primary");
        auto primary = co_await opened({.needs_primary = true});
        EXPECT_TRUE(primary->idle());
    });
}

// ---- TLS ----

class RedisTls : public RedisSignIn {
protected:
    static const private_certificates& ours() {
        static const private_certificates one;
        return one;
    }
    static std::map<std::string, std::string> with_tls(const private_certificates& shown,
                                                       unsigned port) {
        return {{"tls-port", std::to_string(port)},
                {"tls-cert-file", shown.certificate_file()},
                {"tls-key-file", shown.key_file()},
                {"tls-ca-cert-file", shown.certificate_file()},
                {"tls-auth-clients", "no"}};
    }
    static unsigned port() {
        static const unsigned one = testing::free_port();
        return one;
    }
    static private_redis& server() {
        static private_redis one(with_tls(ours(), port()));
        return one;
    }
    static connect_info over_tls(const std::string& host, const std::string& query = {}) {
        server();
        auto to = parse_connect_info(fmt::format("rediss://{}:{}?{}", host, port(), query)).value();
        if (to.hostaddr.empty()) to.hostaddr = "127.0.0.1";
        return to;
    }
    static std::string vouched_by(const private_certificates& who) {
        return "sslrootcert=" + who.certificate_file();
    }
};

TEST_F(RedisTls, SpeaksToAServerThatItsAuthoritiesVouchFor) {
    inside([&]() -> task<void> {
        for (const auto* host : {"localhost", "127.0.0.1"}) {
            auto on = co_await opened_at(over_tls(host, vouched_by(ours())));
            const std::string large(3 << 20, 'x');
            EXPECT_EQ((co_await on->run(command("SET", "k", large), soon())).text(), "OK");
            EXPECT_EQ((co_await on->run(command("GET", "k"), soon())).text(), large);
            co_await on->close(soon());
            EXPECT_EQ(ledger.held(), 0u);
        }
    });
}

TEST_F(RedisTls, ManyCommandsInFlightKeepTheirOrder) {
    inside([&]() -> task<void> {
        auto on = co_await opened_at(over_tls("localhost", vouched_by(ours())));
        int done = 0, right = 0;
        for (int i = 0; i < 500; ++i)
            spawn([&, i]() -> task<void> {
                const auto text = std::to_string(i) + std::string(2000, 'x');
                const auto said = co_await on->run(command("ECHO", text), soon());
                right += said.text() == text ? 1 : 0;
                ++done;
            });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return done == 500; }));
        EXPECT_EQ(right, 500);
    });
}

TEST_F(RedisTls, RefusesWhomTheAuthoritiesDoNotVouchFor) {
    const private_certificates others;
    inside([&]() -> task<void> {
        for (const auto& query : {vouched_by(others), std::string()}) {
            auto on = make();
            EXPECT_THAT(co_await text_of(on->open(over_tls("localhost", query), soon())),
                        HasSubstr("SSL handshake failed: "));
        }
        auto absent = make();
        EXPECT_THAT(
            co_await text_of(absent->open(over_tls("localhost", "sslrootcert=/nowhere"), soon())),
            HasSubstr("the certificates of the authorities cannot be read"));
    });
}

TEST_F(RedisTls, RefusesACertificateForAnotherName) {
    inside([&]() -> task<void> {
        auto named = make();
        EXPECT_THAT(
            co_await text_of(named->open(over_tls("cache.example", vouched_by(ours())), soon())),
            HasSubstr("hostname mismatch"));
        auto numbered = make();
        auto to = over_tls("127.0.0.2", vouched_by(ours()));
        to.hostaddr = "127.0.0.1";
        EXPECT_THAT(co_await text_of(numbered->open(to, soon())), HasSubstr("IP address mismatch"));
        auto unchecked = co_await opened_at(over_tls("cache.example", "ssl_cert_reqs=none"));
        EXPECT_TRUE(unchecked->idle());
    });
}

TEST_F(RedisTls, RefusesWhatIsOlderThanItself) {
    const unsigned old_port = testing::free_port();
    auto settings = with_tls(ours(), old_port);
    settings["tls-protocols"] = "TLSv1.1";
    settings["tls-ciphers"] = "DEFAULT:@SECLEVEL=0";
    private_redis old(settings);
    inside([&]() -> task<void> {
        auto on = make();
        auto to = over_tls("localhost", vouched_by(ours()));
        to.port = old_port;
        EXPECT_THAT(co_await text_of(on->open(to, soon())), HasSubstr("SSL handshake failed"));
    });
}

TEST_F(RedisTls, AServerWithoutItIsFoundOutByTheDeadline) {
    inside([&]() -> task<void> {
        auto to = over_tls("localhost", vouched_by(ours()));
        to.port = server().port();
        auto on = make();
        EXPECT_THAT(co_await text_of(on->open(to, deadline::after(200ms))),
                    HasSubstr("no TLS handshake in time"));
    });
}

}  // namespace
}  // namespace headroom::redis
