// The client against nginx, which speaks TLS and HTTP/2.
#include <gtest/gtest.h>

#include "headroom/http/client/client_fixture.hpp"
#include "headroom/testing/private_certificates.hpp"
#include "headroom/testing/private_nginx.hpp"
#include "headroom/testing/server_process.hpp"

namespace headroom::http::detail {
namespace {

using namespace std::chrono_literals;

class ClientTls : public client_fixture {
protected:
    ClientTls() { with_client.authorities = certificate.certificate_file(); }

    std::string at(unsigned short port, const std::string& host = "localhost") const {
        return "https://" + host + ":" + std::to_string(port) + "/";
    }

    const testing::private_certificates certificate;
    const unsigned short modern = testing::free_port(), plain = testing::free_port();
    const testing::private_nginx nginx{
        with(certificate) + server(modern, "http2") + server(plain, ""), {modern, plain}};

    static std::string with(const testing::private_certificates& shown) {
        return "ssl_certificate " + shown.certificate_file() + ";\nssl_certificate_key " +
               shown.key_file() + ";\n";
    }
    static std::string server(unsigned short port, const std::string& how) {
        return "server { listen 127.0.0.1:" + std::to_string(port) + " ssl " + how +
               "; location / { return 200 \"$http_host $server_protocol\"; } }\n";
    }
};

TEST_F(ClientTls, OneConnectionOfHttp2CarriesManyRequests) {
    with_a_client([&](client& of) -> task<void> {
        unsigned left = 100;
        for (unsigned i = 0; i < 100; ++i)
            reactor::current()->spawn([&]() -> task<void> {
                EXPECT_EQ(co_await outcome(of, get(at(modern))), "200");
                --left;
            });
        EXPECT_TRUE(co_await testing::eventually_on_reactor([&] { return left == 0; }));
        EXPECT_EQ(of.figures().connects, 1U);
        const auto answer = co_await of.send(get(at(modern)), testing::soon());
        EXPECT_EQ(answer.body, "localhost:" + std::to_string(modern) + " HTTP/2.0");
    });
}

TEST_F(ClientTls, AServerOfHttp1IsAskedOverAsManyAsItsHostMayHave) {
    with_a_client([&](client& of) -> task<void> {
        unsigned left = 200;
        for (unsigned i = 0; i < 200; ++i)
            reactor::current()->spawn([&]() -> task<void> {
                EXPECT_EQ(co_await outcome(of, get(at(plain))), "200");
                --left;
            });
        EXPECT_TRUE(co_await testing::eventually_on_reactor([&] { return left == 0; }));
        EXPECT_LE(of.figures().connects, with_client.per_host_max);
    });
}

TEST_F(ClientTls, WhomNobodyVouchesForIsNotTrusted) {
    const testing::private_certificates others;
    with_client.authorities = others.certificate_file();
    with_a_client([&](client& of) -> task<void> {
        EXPECT_EQ(co_await outcome(of, get(at(modern))), "untrusted");
        client_request posted{.verb = method::post, .url = at(modern), .body = "secret"};
        EXPECT_EQ(co_await outcome(of, std::move(posted)), "untrusted");
    });
}

TEST_F(ClientTls, ACertificateForAnotherNameIsNotTrusted) {
    const testing::private_certificates elsewhere("DNS:elsewhere.example");
    const auto port = testing::free_port();
    const testing::private_nginx other(with(elsewhere) + server(port, ""), {port});
    with_client.authorities = elsewhere.certificate_file();
    with_a_client([&](client& of) -> task<void> {
        EXPECT_EQ(co_await outcome(of, get(at(port))), "untrusted");
    });
}

TEST_F(ClientTls, ACertificateIsShownWithTheRequestThatHasOneAndNoOther) {
    const auto port = testing::free_port();
    const testing::private_nginx asking(
        with(certificate) + "ssl_verify_client optional; ssl_client_certificate " +
            certificate.certificate_file() + ";\nserver { listen 127.0.0.1:" +
            std::to_string(port) +
            " ssl http2; location / { return 200 \"$ssl_client_verify $ssl_client_s_dn\"; } }\n",
        {port});
    with_a_client([&](client& of) -> task<void> {
        for (unsigned i = 0; i < 2; ++i) {
            auto shown = get(at(port));
            shown.certificate = {certificate.certificate_file(), certificate.key_file()};
            EXPECT_EQ((co_await of.send(std::move(shown), testing::soon())).body,
                      "SUCCESS CN=headroom test");
            EXPECT_EQ((co_await of.send(get(at(port)), testing::soon())).body, "NONE ");
        }
        EXPECT_EQ(of.figures().connects, 2U) << "one with it and one without";
        auto missing = get(at(port));
        missing.certificate = {"/nowhere/certificate.pem", "/nowhere/key.pem"};
        EXPECT_EQ(co_await outcome(of, std::move(missing)), "untrusted");
    });
}

TEST_F(ClientTls, AServerThatDoesNotSpeakItIsNotTrusted) {
    start();
    with_a_client([&](client& of) -> task<void> {
        EXPECT_EQ(co_await outcome(of, get(at(port()))), "untrusted");
    });
}

}  // namespace
}  // namespace headroom::http::detail
