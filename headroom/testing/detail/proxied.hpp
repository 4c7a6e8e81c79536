// testing/detail/proxied.hpp: a client's connection and the one the proxy opened for it upstream.
#pragma once
#include <poll.h>

#include "headroom/testing/detail/flow.hpp"

namespace headroom::testing::detail {

/// Owns both sockets. Finished or broken it is to be destroyed; broken, its client sees a reset.
class proxied {
public:
    proxied(unsigned number, int client, int server, conduct how)
        : number(number), how(how), client_(client), server_(server) {}
    ~proxied();
    proxied(const proxied&) = delete;
    proxied& operator=(const proxied&) = delete;

    bool finished() const noexcept { return broken_ || (up_.finished() && down_.finished()); }
    void break_off() noexcept { broken_ = true; }

    /// What to poll for: the client's socket, then the server's.
    std::pair<pollfd, pollfd> interests(flow::clock::time_point now) const;
    /// When it wants to be looked at again, if that is a matter of time.
    std::optional<flow::clock::time_point> due(flow::clock::time_point now) const;
    /// Moves what the polled sockets allow.
    void move_bytes(const pollfd& at_client, const pollfd& at_server, flow::clock::time_point now);

    const unsigned number;
    conduct how;

private:
    void step(flow& one, const pollfd& from, const pollfd& to, flow::clock::time_point now);
    pollfd interest(int socket, const flow& in, const flow& out,
                    flow::clock::time_point now) const;

    const int client_, server_;
    flow up_{client_, server_}, down_{server_, client_};
    bool broken_ = false;
};

}  // namespace headroom::testing::detail
