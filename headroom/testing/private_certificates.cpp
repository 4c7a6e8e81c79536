#include "headroom/testing/private_certificates.hpp"

#include <stdexcept>

#include "headroom/testing/child_process.hpp"

namespace headroom::testing {

private_certificates::private_certificates(const std::string& names) {
    const auto made = run_program(
        {.arguments = {"openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                       "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2", "-subj",
                       "/CN=headroom test", "-addext", "subjectAltName=" + names, "-keyout",
                       key_file(), "-out", certificate_file()}});
    if (made.code != 0) throw std::runtime_error("openssl: " + made.errors);
    give_to(server_user(), in_.path());
}

}  // namespace headroom::testing
