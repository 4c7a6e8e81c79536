// testing/tls_client.hpp: a blocking TLS client that believes one authority and nobody else.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace headroom::testing {

/// Whom it believes, and what it shows. Paths of PEM files.
struct tls_client_terms {
    std::string authority;
    std::string certificate{};  ///< empty: shows none
    std::string key{};
};

/// To a port of the loopback. Every wait is bounded; what fails throws std::runtime_error with
/// OpenSSL's words.
class tls_client {
public:
    /// Connects and shakes hands.
    tls_client(std::uint16_t port, const tls_client_terms& terms);
    ~tls_client();
    tls_client(const tls_client&) = delete;
    tls_client& operator=(const tls_client&) = delete;

    void send(std::string_view text);
    /// Everything until the server says that nothing more comes. Throws when it hangs up without.
    std::string rest();
    /// Everything up to the first `mark`, and the mark.
    std::string until(std::string_view mark);
    /// The serial number of the certificate the server has shown, in hexadecimal.
    std::string serial() const;

private:
    bool read_more();

    struct handles;
    std::unique_ptr<handles> of_;
    std::string read_;
};

}  // namespace headroom::testing
