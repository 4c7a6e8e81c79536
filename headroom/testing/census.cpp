#include "headroom/testing/census.hpp"

#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <filesystem>
#include <thread>
#include <vector>

#include "headroom/testing/temp_directory.hpp"

namespace headroom::testing {
namespace fs = std::filesystem;
namespace {

// The thread sanitizer has a thread of its own, from the first thread of ours onwards.
std::size_t sanitizer_threads() {
#if __has_feature(thread_sanitizer)
    static const std::size_t started = (std::thread([] {}).join(), 1);
    return started;
#else
    return 0;
#endif
}

std::vector<int> descriptors() {
    std::vector<int> all;
    for (const auto& each : fs::directory_iterator("/proc/self/fd"))
        all.push_back(std::stoi(each.path().filename()));
    return all;
}

int option(int socket, int which) {
    int value = 0;
    socklen_t size = sizeof value;
    return getsockopt(socket, SOL_SOCKET, which, &value, &size) == 0 ? value : -1;
}

struct peer {
    explicit peer(int socket) { size = fill(socket); }
    socklen_t fill(int socket) {
        socklen_t space = sizeof address;
        return getpeername(socket, reinterpret_cast<sockaddr*>(&address), &space) == 0 ? space : 0;
    }
    bool is(const std::string& path) const {
        return size != 0 && address.ss_family == AF_UNIX &&
               path == reinterpret_cast<const sockaddr_un&>(address).sun_path;
    }
    // The port stands at the same place in both families.
    bool is(unsigned short port) const {
        return size != 0 && (address.ss_family == AF_INET || address.ss_family == AF_INET6) &&
               port == ntohs(reinterpret_cast<const sockaddr_in&>(address).sin_port);
    }

    sockaddr_storage address{};
    socklen_t size = 0;
};

template <class Predicate>
std::size_t count(Predicate which) {
    return static_cast<std::size_t>(std::ranges::count_if(descriptors(), which));
}

}  // namespace

std::size_t threads() {
    const auto not_ours = sanitizer_threads();
    std::size_t all = 0;
    for (const auto& each : fs::directory_iterator("/proc/self/task"))
        all += read_file(each.path() / "comm") != "fault_proxy\n";
    return all - not_ours;
}

std::size_t open_files() { return descriptors().size() - 1; }

std::size_t sockets_to(const std::string& path) {
    return count([&](int each) { return peer(each).is(path); });
}

std::size_t sockets_to(unsigned short port) {
    return count([&](int each) { return peer(each).is(port); });
}

std::size_t unconnected_sockets() {
    return count([](int each) {
        return option(each, SO_TYPE) == SOCK_STREAM && option(each, SO_ACCEPTCONN) == 0 &&
               peer(each).size == 0;
    });
}

}  // namespace headroom::testing
