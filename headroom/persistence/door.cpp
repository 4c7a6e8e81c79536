#include "headroom/persistence/door.hpp"

#include <arpa/inet.h>
#include <netdb.h>

#include <array>
#include <memory>

namespace headroom::persistence {
namespace {

// Blocks. The first address of the name: one attempt is one socket.
std::string first_address(const std::string& host) {
    addrinfo wanted{};
    wanted.ai_socktype = SOCK_STREAM;
    wanted.ai_flags = AI_ADDRCONFIG;
    addrinfo* list = nullptr;
    if (const int failed = ::getaddrinfo(host.c_str(), nullptr, &wanted, &list); failed != 0)
        throw connection_lost(host + " cannot be resolved: " + ::gai_strerror(failed));
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owner(list, &::freeaddrinfo);
    std::array<char, NI_MAXHOST> text{};
    const int failed = ::getnameinfo(list->ai_addr, list->ai_addrlen, text.data(), text.size(),
                                     nullptr, 0, NI_NUMERICHOST);
    if (failed != 0) throw connection_lost(host + " has no usable address");
    return text.data();
}

}  // namespace

task<connect_info> door::resolved() {
    auto to = target_;
    if (to.has_address()) co_return to;
    BOOST_ASSERT_MSG(system_ != nullptr, "a name needs the system pool");
    to.hostaddr = co_await system_->run([&] { return first_address(target_.host); });
    co_return to;
}

task<void> door::open(connection& which, deadline until) {
    auto permit = co_await gate_.pass(until);
    try {
        co_await which.open(co_await resolved(), until);
    } catch (...) {
        permit.failed(connect_gate::clock::now());
        throw;
    }
    permit.succeeded();
}

}  // namespace headroom::persistence
