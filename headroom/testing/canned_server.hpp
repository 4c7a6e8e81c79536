// testing/canned_server.hpp: a TCP server that answers every connection the same bytes.
#pragma once
#include <atomic>
#include <string>
#include <vector>

#include "headroom/runtime/leased_thread.hpp"
#include "headroom/testing/run.hpp"

namespace headroom::testing {

/// On a free port of the loopback. Clients come one after the other; of each it reads something
/// before each of its answers ("": says nothing), and closes once the client has.
class canned_server {
public:
    /// Throws std::system_error when it cannot listen.
    explicit canned_server(std::string answer) : canned_server(std::vector{std::move(answer)}) {}
    explicit canned_server(std::vector<std::string> answers);
    ~canned_server();
    canned_server(const canned_server&) = delete;
    canned_server& operator=(const canned_server&) = delete;

    std::string url() const { return "http://127.0.0.1:" + std::to_string(port_) + "/"; }
    unsigned requests() const noexcept { return requests_; }

private:
    void serve();
    void answer(int to);

    const std::vector<std::string> answers_;
    const int door_;
    const unsigned short port_;
    std::atomic<bool> over_{false};
    std::atomic<unsigned> requests_{0};
    thread_budget threads_{1};
    leased_thread thread_;
};

}  // namespace headroom::testing
