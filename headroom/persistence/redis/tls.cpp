#include "headroom/persistence/redis/tls.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

#include <array>

#include "headroom/persistence/error.hpp"

namespace headroom::redis {
namespace {

using persistence::connection_lost;

bool is_address(const std::string& name) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
           ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

}  // namespace

tls_session::tls_session(const tls_terms& terms, int socket) {
    const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> made(SSL_CTX_new(TLS_client_method()),
                                                                 &SSL_CTX_free);
    auto* const context = made.get();
    if (context == nullptr) throw std::bad_alloc();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    const bool trusts = terms.authorities.empty()
                            ? SSL_CTX_set_default_verify_paths(context) == 1
                            : SSL_CTX_load_verify_file(context, terms.authorities.c_str()) == 1;
    if (!trusts) {
        ERR_clear_error();
        throw connection_lost("SSL: the certificates of the authorities cannot be read");
    }
    SSL_CTX_set_verify(context, terms.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    of_ = std::make_unique<tls_stream>(*context, socket, tls_stream::side::client);
    auto* const session = of_->handle();
    const char* const name = terms.name.c_str();
    const bool numeric = is_address(terms.name);
    if (!numeric) SSL_set_tlsext_host_name(session, name);
    if (!terms.verify) return;
    const int checks = numeric ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), name)
                               : SSL_set1_host(session, name);
    if (checks != 1) throw connection_lost("SSL: the server's name cannot be checked");
}

tls_session::~tls_session() = default;

progress tls_session::checked(progress step, std::string_view what) const {
    if (step.failed) throw connection_lost(fmt::format("SSL {}: {}", what, of_->why()));
    return step;
}

progress tls_session::handshake() { return checked(of_->handshake(), "handshake failed"); }

progress tls_session::receive(std::span<char> into) {
    return checked(of_->receive(into), "ended");
}

progress tls_session::send(std::string_view bytes) { return checked(of_->send(bytes), "ended"); }

void tls_session::say_goodbye() noexcept { of_->say_goodbye(); }

}  // namespace headroom::redis
