// The server over TLS, as OpenSSL's and curl's clients see it.
#include <sys/stat.h>

#include <filesystem>

#include "headroom/http/certificate_watch.hpp"
#include "headroom/http/server_fixture.hpp"
#include "headroom/http/websocket.hpp"
#include "headroom/http/websocket_fixture.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/private_certificates.hpp"
#include "headroom/testing/private_nginx.hpp"
#include "headroom/testing/server_process.hpp"
#include "headroom/testing/temp_directory.hpp"
#include "headroom/testing/tls_client.hpp"

namespace headroom::http::detail {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::private_certificates;
using testing::run_program;
using testing::text_client;
using testing::tls_client;

constexpr auto replacing = std::filesystem::copy_options::overwrite_existing;

class Tls : public server_fixture {
protected:
    Tls() {
        show(first);
        with.tls.certificate = files.file("certificate.pem");
        with.tls.key = files.file("key.pem");
        routes.get("/whoami", [](request& of) -> task<response> {
            const auto* known = of.left.find<client_certificate>();
            co_return response::text(known == nullptr ? "nobody"
                                                      : known->subject + " " + known->fingerprint);
        });
    }

    // What the server finds in its files from now on.
    void show(const private_certificates& of) const {
        std::filesystem::copy_file(of.certificate_file(), files.file("certificate.pem"), replacing);
        std::filesystem::copy_file(of.key_file(), files.file("key.pem"), replacing);
    }

    void ask_clients(const private_certificates& believed, client_proof how) {
        with.tls.client_ca = believed.certificate_file();
        with.tls.clients = how;
    }

    std::string get(std::string_view path, const testing::tls_client_terms& as) const {
        tls_client client(port(), as);
        client.send("GET " + std::string(path) +
                    " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        return client.rest();
    }
    testing::tls_client_terms believing(const private_certificates& of) const {
        return {.authority = of.certificate_file()};
    }

    testing::outcome s_client(std::vector<std::string> more) const {
        std::vector<std::string> all{"openssl", "s_client", "-connect",
                                     "127.0.0.1:" + std::to_string(port())};
        all.insert(all.end(), more.begin(), more.end());
        return run_program({.arguments = all});
    }

    const private_certificates first;
    const testing::temp_directory files;
};

TEST_F(Tls, AnswersCurl) {
    start();
    const auto seen = run_program(
        {.arguments = {"curl", "-sv", "--http1.1", "--noproxy", "*", "--cacert",
                       first.certificate_file(),
                       "https://localhost:" + std::to_string(port()) + "/hello"}});
    EXPECT_EQ(seen.code, 0) << seen.errors;
    EXPECT_EQ(seen.output, R"({"message":"Hello, World!"})");
    EXPECT_TRUE(has(seen.errors, "ALPN: server accepted http/1.1") ||
                has(seen.errors, "ALPN, server accepted to use http/1.1"))
        << seen.errors;
}

TEST_F(Tls, StandsBehindNginx) {
    start();
    const auto outside = testing::free_port();
    const testing::private_nginx nginx(
        "upstream us { server 127.0.0.1:" + std::to_string(port()) +
            "; keepalive 2; }\nserver { listen 127.0.0.1:" + std::to_string(outside) +
            "; location / { proxy_pass https://us; proxy_http_version 1.1; "
            "proxy_set_header Connection \"\"; proxy_ssl_verify on; proxy_ssl_name localhost; "
            "proxy_ssl_trusted_certificate " +
            first.certificate_file() + "; } }\n",
        {outside});
    for (int i = 0; i < 5; ++i)
        EXPECT_TRUE(has(testing::say(outside, hello_and_close), "Hello, World!"));
    EXPECT_EQ(serving->snapshot().accepted, 1u) << "nginx keeps what it has";
}

TEST_F(Tls, KeepsTheConnectionAndEndsItWithAWord) {
    start();
    tls_client client(port(), believing(first));
    for (int i = 0; i < 3; ++i) {
        client.send(hello);
        client.until("Hello, World!\"}");
    }
    client.send(hello_and_close);
    EXPECT_TRUE(has(client.rest(), "Connection: close")) << "rest() throws without close_notify";
    EXPECT_EQ(serving->snapshot().accepted, 1u);
}

TEST_F(Tls, CarriesMoreThanARecordEitherWay) {
    start();
    const std::string body(300'000, 'a');
    tls_client client(port(), believing(first));
    client.send(
        "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
        "Content-Length: 300000\r\n\r\n");
    client.send(body);
    EXPECT_TRUE(client.rest().ends_with("\r\n\r\n" + body));
}

TEST_F(Tls, AnswersWhatCameWithTheHandshakesLastBytes) {
    start();
    std::string many;
    for (int i = 0; i < 50; ++i) many += hello;
    tls_client client(port(), believing(first));
    client.send(many + std::string(hello_and_close));
    const auto answers = client.rest();
    std::size_t found = 0;
    for (auto at = answers.find("World"); at != answers.npos; at = answers.find("World", at + 1))
        ++found;
    EXPECT_EQ(found, 51u) << "no socket tells of what OpenSSL has read already";
}

TEST_F(Tls, StreamsABody) {
    routes.get("/stream", [](request&) -> task<response> {
        co_return response::stream("text/plain", [at = 0](deadline) mutable
                                                     -> task<std::optional<std::string>> {
            if (at++ == 20) co_return std::nullopt;
            co_return std::string(50'000, 'a');
        });
    });
    start();
    const auto answer = get("/stream", believing(first));
    EXPECT_TRUE(answer.ends_with("\r\n0\r\n\r\n"));
    EXPECT_GT(answer.size(), 1'000'000u);
}

TEST_F(Tls, CarriesAWebSocket) {
    routes.get("/echo_all", [](request& of) -> task<response> {
        co_return upgrade(of, {}, [](websocket& to) -> task<> {
            while (auto said = co_await to.receive()) co_await to.send(std::move(*said));
        });
    });
    start();
    tls_client client(port(), believing(first));
    client.send(
        "GET /echo_all HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n");
    client.until("\r\n\r\n");
    const std::string long_one(60'000, 'a');
    client.send(client_frame(opcode::binary, long_one) + client_frame(opcode::text, "the end"));
    EXPECT_EQ(client.until("the end"),
              server_frame(opcode::binary, long_one) + server_frame(opcode::text, "the end"));
    client.send(client_frame(opcode::close, close_text(1000)));
    EXPECT_EQ(client.rest(), server_frame(opcode::close, close_text(1000)));
}

TEST_F(Tls, CancelsTheHandlerOfAClientThatLeaves) {
    start();
    {
        tls_client client(port(), believing(first));
        client.send(wait_for_it);
        ASSERT_TRUE(waits());
    }
    EXPECT_TRUE(eventually([&] { return cancelled == 1 && connections() == 0; }));
}

TEST_F(Tls, RefusesOldVersionsAndTakesBothNewOnes) {
    start();
    EXPECT_NE(s_client({"-tls1_1", "-cipher", "DEFAULT@SECLEVEL=0"}).code, 0);
    EXPECT_TRUE(eventually([&] { return serving->snapshot().handshakes_failed == 1; }));
    EXPECT_TRUE(has(s_client({"-tls1_2"}).output, "TLSv1.2"));
    EXPECT_TRUE(has(s_client({"-tls1_3"}).output, "TLSv1.3"));
}

TEST_F(Tls, GivesNoTicket) {
    start();
    for (const auto* version : {"-tls1_2", "-tls1_3"}) {
        const auto seen = s_client({version});
        EXPECT_TRUE(has(seen.output, "New, TLSv1."));
        EXPECT_FALSE(has(seen.output, "ession ticket:") || has(seen.output, "Ticket arrived"))
            << version;
    }
}

TEST_F(Tls, DoesNotNegotiateAgain) {
    start();
    const auto seen = run_program(
        {.arguments = {"sh", "-c",
                       "echo R | openssl s_client -tls1_2 -connect 127.0.0.1:" +
                           std::to_string(port())}});
    EXPECT_TRUE(has(seen.output + seen.errors, "no renegotiation")) << seen.errors;
}

TEST_F(Tls, RefusesAClientThatSpeaksAnotherProtocolAlone) {
    start();
    const auto seen = s_client({"-alpn", "h2"});
    EXPECT_NE(seen.code, 0);
    EXPECT_TRUE(has(seen.errors, "no application protocol")) << seen.errors;
}

TEST_F(Tls, ClosesAClientThatDoesNotShakeHands) {
    with.tls.handshake_max = 50ms;
    start();
    text_client silent(port());
    EXPECT_EQ(silent.rest(), "");
    EXPECT_TRUE(eventually([&] { return connections() == 0; }));
    EXPECT_EQ(serving->snapshot().handshakes_failed, 1u);
}

TEST_F(Tls, DoesNotTakeAPlainRequestForOne) {
    start();
    text_client plain(port());
    plain.send(hello_and_close);
    EXPECT_FALSE(has(plain.rest(), "Hello"));
    EXPECT_EQ(serving->snapshot().requests, 0u);
}

TEST_F(Tls, EndsConnectionsAndHandshakesWhenItStops) {
    start();
    tls_client idle(port(), believing(first));
    text_client silent(port());
    ASSERT_TRUE(eventually([&] { return connections() == 2; }));
    serving->stop(deadline::after(100ms));
    EXPECT_EQ(idle.rest(), "") << "closed with a word";
    EXPECT_EQ(ledger.held(), 0u);
}

TEST_F(Tls, TellsAHandlerWhoTheClientHasProvedToBe) {
    const private_certificates clients;
    ask_clients(clients, client_proof::required);
    start();
    auto as = believing(first);
    as.certificate = clients.certificate_file();
    as.key = clients.key_file();
    const auto answer = get("/whoami", as);
    const auto at = answer.find("CN=headroom test ");
    ASSERT_NE(at, std::string::npos) << answer;
    EXPECT_EQ(answer.substr(at + 17).size(), 64u);
}

TEST_F(Tls, RefusesAClientOfAnotherAuthorityAndOneWithoutACertificate) {
    const private_certificates clients, strangers;
    ask_clients(clients, client_proof::required);
    start();
    auto stranger = believing(first);
    stranger.certificate = strangers.certificate_file();
    stranger.key = strangers.key_file();
    EXPECT_THROW(get("/whoami", stranger), std::runtime_error);
    EXPECT_THROW(get("/whoami", believing(first)), std::runtime_error);
    EXPECT_EQ(serving->snapshot().requests, 0u);
    EXPECT_TRUE(eventually([&] { return serving->snapshot().handshakes_failed == 2; }));
}

TEST_F(Tls, LetsAClientWithoutACertificateInWhereItIsOptional) {
    const private_certificates clients, strangers;
    ask_clients(clients, client_proof::optional);
    start();
    EXPECT_TRUE(get("/whoami", believing(first)).ends_with("\r\n\r\nnobody"));
    auto stranger = believing(first);
    stranger.certificate = strangers.certificate_file();
    stranger.key = strangers.key_file();
    EXPECT_THROW(get("/whoami", stranger), std::runtime_error) << "a false one is worse than none";
}

TEST_F(Tls, ShowsARenewedCertificateWithoutADroppedRequest) {
    const private_certificates second;
    start(2);
    std::atomic<unsigned> answered{0}, shown_first{0}, shown_second{0};
    std::atomic<bool> over{false};
    testing::thread_budget threads(2);
    std::vector<leased_thread> crowd;
    // Each keeps a connection that began with the first, and opens new ones beside it.
    for (int i = 0; i < 2; ++i)
        crowd.emplace_back(threads.one(), "client", [&] {
            tls_client kept(port(), believing(first));
            while (!over) {
                kept.send(hello);
                kept.until("World!\"}");
                ++answered;
                try {
                    EXPECT_TRUE(has(get("/hello", believing(first)), " 200 OK"));
                    ++shown_first;
                } catch (const std::runtime_error&) {  // the renewed one, which it does not know
                    EXPECT_TRUE(has(get("/hello", believing(second)), " 200 OK"));
                    ++shown_second;
                }
            }
        });
    EXPECT_TRUE(eventually([&] { return shown_first > 5; }));
    show(second);
    EXPECT_TRUE(shown->reload());
    EXPECT_TRUE(eventually([&] { return shown_second > 20; }));
    over = true;
    for (auto& each : crowd) each.join();
    EXPECT_GT(answered, 25u);
}

TEST_F(Tls, KeepsWhatItShowsWhenTheFilesAreNoGood) {
    const private_certificates second;
    start();
    std::filesystem::copy_file(second.certificate_file(), with.tls.certificate, replacing);
    EXPECT_THROW(shown->reload(), certificate_fault) << "the key is still the old one";
    EXPECT_FALSE(shown->reload()) << "nothing new to complain of";
    EXPECT_TRUE(has(get("/hello", believing(first)), " 200 OK"));
    show(second);
    EXPECT_TRUE(shown->reload());
    EXPECT_TRUE(has(get("/hello", believing(second)), " 200 OK"));
}

TEST_F(Tls, IsLookedAfterByAWatch) {
    with.tls.reload = 5ms;
    start();
    testing::thread_budget threads(2);
    worker_pool system("runtime.system_pool", threads.several(2));
    std::mutex saying;
    std::string said;
    observability::log_options options;
    options.sink = [&](std::string_view line) {
        std::scoped_lock lock(saying);
        said += line;
        return true;
    };
    const auto says = [&](std::string_view what) {
        return eventually([&] {
            std::scoped_lock lock(saying);
            return has(said, what);
        });
    };
    certificate_watch watch(*on[0], system, *shown, observability::logger(options, {}));
    watch.start(soon());
    files.write("key.pem", "-----BEGIN PRIVATE KEY-----\nnonsense");
    EXPECT_TRUE(says("certificate not replaced"));
    EXPECT_TRUE(says("holds no private key"));
    const private_certificates second;
    show(second);
    EXPECT_TRUE(says("certificate replaced"));
    EXPECT_TRUE(has(get("/hello", believing(second)), " 200 OK"));
    watch.stop(soon());
    std::scoped_lock lock(saying);
    EXPECT_FALSE(has(said, "nonsense"));
}

class CertificateFiles : public Tls {
protected:
    std::string fault() const {
        try {
            const certificates made(with.tls);
        } catch (const certificate_fault& why) {
            return why.what();
        }
        return "";
    }
};

TEST_F(CertificateFiles, AreRefusedByName) {
    EXPECT_EQ(fault(), "");
    ::chmod(with.tls.key.c_str(), 0644);
    EXPECT_TRUE(has(fault(), "key.pem: others may read or change it"));
    ::chmod(with.tls.key.c_str(), 0640);
    EXPECT_EQ(fault(), "");
    files.write("certificate.pem", "nothing of the kind");
    EXPECT_TRUE(has(fault(), "certificate.pem: holds no certificate"));
    files.write("certificate.pem", std::string(certificate_bytes_max + 1, 'a'));
    EXPECT_TRUE(has(fault(), "longer than 1 MiB"));
    with.tls.certificate = files.file("absent.pem");
    EXPECT_TRUE(has(fault(), "absent.pem: No such file"));
    with.tls.certificate = files.path();
    EXPECT_TRUE(has(fault(), "is no file"));
    with.tls.certificate = files.file("fifo.pem");
    ASSERT_EQ(::mkfifo(with.tls.certificate.c_str(), 0600), 0);
    EXPECT_TRUE(has(fault(), "is no file")) << "and nobody waits for who writes into it";
}

}  // namespace
}  // namespace headroom::http::detail
