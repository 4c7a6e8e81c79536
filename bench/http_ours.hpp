// bench/http_ours.hpp: our server as the benches have it: a ledger, reactors, routes.
#pragma once
#include <cstdint>
#include <deque>
#include <vector>

#include "headroom/http/server.hpp"
#include "headroom/testing/run.hpp"

namespace headroom::bench {

/// Serves from its construction on: where `listen` is the default, on a free port.
class our_server {
public:
    /// `behind`: what it is shed under; it outlives the server. Null: nothing.
    our_server(unsigned reactors, http::settings with, http::router routes,
               http::access_log log = {}, http::pressure* behind = nullptr);

    std::uint16_t port() const { return serving_.port(); }
    http::server_snapshot snapshot() const { return serving_.snapshot(); }

private:
    std::vector<reactor*> all();
    http::server_grants grants(const http::settings& of);

    budget::ledger files_{"files", 10'000};
    std::deque<testing::test_reactor> reactors_;
    http::server serving_;
};

}  // namespace headroom::bench
