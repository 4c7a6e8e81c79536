// fleet/wire.hpp: one socket of a visit that is not PostgreSQL's, constructed from its lease.
//
// Blocking with a deadline at every step: a command looks in, asks and leaves; a service never uses
// this. Nothing is resolved here.
#pragma once
#include <memory>
#include <string>
#include <string_view>

#include "headroom/budget/ledger.hpp"
#include "headroom/persistence/redis/tls.hpp"
#include "headroom/runtime/deadline.hpp"

namespace headroom::fleet {

/// A numeric address and a port, or the path of a unix socket.
struct wire_target {
    std::string address, socket;
    unsigned port = 0;
};

/// Throws persistence::connection_lost and deadline_passed, in words without a secret.
class wire {
public:
    /// Connects. Requires a held lease, which is back once this is destroyed.
    wire(budget::lease unit, const wire_target& to, deadline until);
    ~wire();
    wire(const wire&) = delete;
    wire& operator=(const wire&) = delete;

    void start_tls(const redis::tls_terms& terms, deadline until);
    void send(std::string_view bytes, deadline until);
    /// What has come; throws connection_lost at the end.
    std::string receive(deadline until);
    /// Says goodbye and waits for the server's end of file, until the deadline at most.
    void close(deadline until) noexcept;
    /// Says goodbye; ended() tells when the server's end of file or its reset has come. Waits not.
    void begin_close() noexcept;
    bool ended() noexcept;

private:
    void wait_for(short events, deadline until) const;
    void wait_for(redis::progress::need what, deadline until) const;

    budget::lease unit_;
    int socket_ = -1;
    std::unique_ptr<redis::tls_session> tls_;
    bool given_up_ = false;  // by the network: the server's end will never be heard of
};

}  // namespace headroom::fleet
