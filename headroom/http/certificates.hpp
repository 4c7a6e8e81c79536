// http/certificates.hpp: what a server shows over TLS, whom it trusts, and how both are replaced.
#pragma once
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>

#include "headroom/http/tls_settings.hpp"

struct ssl_ctx_st;

namespace headroom::http {

/// A file cannot be read, or does not hold what it should. Names the file, and nothing of a key.
class certificate_fault : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// A client's certificate that an authority of ours has signed; among a request's attachments.
struct client_certificate {
    std::string subject;      ///< RFC 2253: "CN=reports,O=Example"
    std::string fingerprint;  ///< SHA-256 of the certificate, 64 hex digits
};

/// The files of a server as OpenSSL understands them. Thread-safe; shared by the server, whose
/// connections keep what they began with, and by a certificate_watch.
class certificates {
public:
    /// Reads the files, which blocks. Throws certificate_fault.
    explicit certificates(tls_settings of);
    ~certificates();
    certificates(const certificates&) = delete;
    certificates& operator=(const certificates&) = delete;

    const tls_settings& from() const noexcept { return from_; }
    /// What the next connection is to begin with.
    std::shared_ptr<ssl_ctx_st> current() const;
    /// When the certificate now shown ends.
    std::chrono::sys_seconds ends() const;

    /// Reads the files again, which blocks: true when they are others than at the last look, and
    /// shown from now on. Throws certificate_fault when they are others and no good; what was shown
    /// before still is, and the same files are not complained of again.
    bool reload();

private:
    struct shown;
    struct files;
    static files read(const tls_settings& from);
    static shown make(const files& of, const tls_settings& from);

    const tls_settings from_;
    mutable std::mutex mutex_;
    std::unique_ptr<shown> shown_;  // guarded by mutex_
    std::string seen_;              // a digest of the files at the last look; guarded by mutex_
};

}  // namespace headroom::http
