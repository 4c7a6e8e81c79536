// testing/tcp_fault_proxy.hpp: a network that fails on command.
//
//     tcp_fault_proxy network(server.socket_file());
//     connect_to("postgresql://app@127.0.0.1:" + std::to_string(network.port()) + "/orders");
//     network.blackhole();                      // nothing moves, sockets stay open
//     network.pass();                           // what was held up goes on
#pragma once
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "headroom/testing/run.hpp"

namespace headroom::testing {

namespace detail {
class proxy_loop;
}

/// A proxy on a loopback port, on a thread of its own named fault_proxy (census.hpp leaves it out).
/// Every verb has taken effect when it returns. At most 1,024 connections at once; one more is
/// reset. Thread-safe.
class tcp_fault_proxy {
public:
    /// `upstream`: the path of a unix socket, or a port of 127.0.0.1 ("5432").
    explicit tcp_fault_proxy(std::string upstream);
    ~tcp_fault_proxy();
    tcp_fault_proxy(const tcp_fault_proxy&) = delete;
    tcp_fault_proxy& operator=(const tcp_fault_proxy&) = delete;

    unsigned short port() const noexcept;

    // For connections that are open and that will be; each replaces the one before.
    void pass();
    void blackhole();                             ///< forward nothing, close nothing
    void delay(std::chrono::milliseconds each);   ///< of every byte, each way
    void throttle(std::size_t bytes_per_second);  ///< each way, each connection

    void drop();        ///< resets (RST) what is open now
    void refuse_new();  ///< connecting fails at once (ECONNREFUSED)
    void accept_new();

    // For one connection, named by its number: the first accepted is 1.
    void blackhole(unsigned connection);
    void pass(unsigned connection);
    void drop(unsigned connection);

    std::vector<unsigned> open() const;  ///< numbers, oldest first
    unsigned accepted() const;           ///< since the beginning

private:
    thread_budget threads_{1};
    const std::unique_ptr<detail::proxy_loop> loop_;
    leased_thread thread_;
};

}  // namespace headroom::testing
