// testing/private_certificates.hpp: a certificate that a test's own server shows and signs itself.
#pragma once
#include <string>

#include "headroom/testing/temp_directory.hpp"

namespace headroom::testing {

/// Made by `openssl`, readable by server_user().
class private_certificates {
public:
    /// `names`: whom it is for, "DNS:localhost,IP:127.0.0.1".
    explicit private_certificates(const std::string& names = "DNS:localhost,IP:127.0.0.1");

    /// Also the file of authorities that vouches for it, and for nobody else.
    std::string certificate_file() const { return in_.file("certificate.pem"); }
    std::string key_file() const { return in_.file("key.pem"); }

private:
    const temp_directory in_;
};

}  // namespace headroom::testing
