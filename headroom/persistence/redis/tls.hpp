// persistence/redis/tls.hpp: TLS over a non-blocking socket that somebody else opened and waits on.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "headroom/runtime/tls_stream.hpp"

namespace headroom::redis {

/// How the server's certificate is checked.
struct tls_terms {
    std::string name;         ///< a host's name or address, that it must be for
    std::string authorities;  ///< a file; empty: the system's
    bool verify = true;
};

using progress = socket_progress;

/// TLS 1.2 or newer, with SNI. Neither owns nor waits on the socket, which must not block. Every
/// step throws persistence::connection_lost when it fails. Used by one thread at a time.
class tls_session {
public:
    /// Throws connection_lost when the authorities' file cannot be read.
    tls_session(const tls_terms& terms, int socket);
    ~tls_session();
    tls_session(const tls_session&) = delete;
    tls_session& operator=(const tls_session&) = delete;

    /// Done when it wants nothing.
    progress handshake();
    progress receive(std::span<char> into);
    progress send(std::string_view bytes);
    /// Says that nothing more comes from here; what the other side answers is not waited for.
    void say_goodbye() noexcept;

private:
    progress checked(progress step, std::string_view what) const;

    std::unique_ptr<tls_stream> of_;
};

}  // namespace headroom::redis
