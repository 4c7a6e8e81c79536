// persistence/redis/tls.hpp: TLS over a non-blocking socket that somebody else opened and waits on.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace headroom::redis {

/// How the server's certificate is checked.
struct tls_terms {
    std::string name;         ///< a host's name or address, that it must be for
    std::string authorities;  ///< a file; empty: the system's
    bool verify = true;
};

/// How far one step on a socket came.
struct progress {
    enum class need { nothing, readable, writable };

    std::size_t bytes = 0;           ///< moved; 0 also when something is needed first
    need wants = need::nothing;      ///< wait for this, then repeat the step
    bool ended = false;              ///< the other side has said that nothing more comes
};

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
    struct handles;
    progress judge(int result, bool handshake);

    const std::unique_ptr<handles> of_;
};

}  // namespace headroom::redis
