// http/detail/tls_context.hpp: what OpenSSL is told of a server; the only place that says it.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "headroom/http/certificates.hpp"
#include "headroom/runtime/secret.hpp"

struct ssl_st;

namespace headroom::http::detail {

/// TLS 1.2 and 1.3 with forward secrecy, authenticated ciphers and ALPN http/1.1; no renegotiation,
/// compression, early data or resumption. (A session ticket is as good as the key it was made
/// with, for as long as that lives; so there are none.)
std::shared_ptr<ssl_ctx_st> make_tls_context(client_proof clients);

/// Takes the first certificate as the server's and the rest as its chain; answers when it ends.
/// `path`: for the fault. All three throw certificate_fault.
std::chrono::sys_seconds use_certificate(ssl_ctx_st& to, const std::string& pem,
                                         const std::string& path);
/// Requires the certificate, which the key has to fit.
void use_key(ssl_ctx_st& to, const secret& pem, const std::string& path);
void trust_clients_of(ssl_ctx_st& to, const std::string& pem, const std::string& path);

/// Whom the client has proved to be, if it has.
std::optional<client_certificate> proved_by(ssl_st& session);

}  // namespace headroom::http::detail
