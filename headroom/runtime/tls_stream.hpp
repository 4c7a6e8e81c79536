// runtime/tls_stream.hpp: TLS over a non-blocking socket that somebody else opened and waits on.
#pragma once
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

// OpenSSL's, so that nobody has to include it for these headers.
struct ssl_st;
struct ssl_ctx_st;

namespace headroom {

/// How far one step on a socket came.
struct socket_progress {
    enum class need { nothing, readable, writable };

    std::size_t bytes = 0;      ///< moved; 0 also when something is needed first
    need wants = need::nothing; ///< wait for this, then repeat the step
    bool ended = false;         ///< the other side has said that nothing more comes
    bool failed = false;        ///< nothing more can be said or heard: see why()
};

/// One connection. Neither owns nor waits on the socket, which must not block; no step throws or
/// raises SIGPIPE. Used by one thread at a time.
class tls_stream {
public:
    enum class side { client, server };

    /// `terms` says what is shown and what is trusted; kept alive as long as needed.
    /// Throws std::bad_alloc.
    tls_stream(ssl_ctx_st& terms, int socket, side as);
    ~tls_stream();
    tls_stream(const tls_stream&) = delete;
    tls_stream& operator=(const tls_stream&) = delete;

    /// Done when it wants nothing and has not failed.
    socket_progress handshake() noexcept;
    /// `into` is not empty.
    socket_progress receive(std::span<char> into) noexcept;
    /// `bytes` is not empty; after a step that wants something they are offered again, with more
    /// behind them or not.
    socket_progress send(std::string_view bytes) noexcept;
    /// Says that nothing more comes from here; what the other side answers is not waited for.
    void say_goodbye() noexcept;

    /// Of the last step that failed, in OpenSSL's words: it names no secret.
    std::string why() const;
    /// For what only OpenSSL can be asked or told.
    ssl_st* handle() noexcept { return of_.get(); }

private:
    socket_progress judge(int result) noexcept;

    struct freed {
        void operator()(ssl_st* of) const noexcept;
    };
    int socket_;
    std::unique_ptr<ssl_st, freed> of_;  // reads where socket_ stands
    unsigned long code_ = 0;  // OpenSSL's, of the last failure
    bool broken_ = false;
};

}  // namespace headroom
