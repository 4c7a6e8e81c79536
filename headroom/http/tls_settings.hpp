// http/tls_settings.hpp: whether, with what and towards whom the server speaks TLS.
#pragma once
#include <chrono>
#include <string>

namespace headroom::http {

/// Whether a client has to show a certificate of its own.
enum class client_proof { none, optional, required };

/// Files are PEM and at most certificate_bytes_max long.
struct tls_settings {
    std::string certificate;  ///< file: the server's, then those that lead to its authority
    std::string key;          ///< file: without a passphrase, for its owner and group alone
    std::string client_ca;    ///< file: the authorities whose clients are believed
    client_proof clients = client_proof::none;
    std::chrono::milliseconds reload{60'000};        ///< between two looks at the files
    std::chrono::milliseconds handshake_max{5'000};  ///< from the accept to the end of it: closed

    bool on() const noexcept { return !certificate.empty(); }
};

inline constexpr std::size_t certificate_bytes_max = 1024 * 1024;

}  // namespace headroom::http
