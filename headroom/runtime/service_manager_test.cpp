#include "headroom/runtime/service_manager.hpp"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <stdexcept>
#include <string>

namespace headroom {
namespace {

/// Where a service manager would listen.
class notified {
public:
    explicit notified(const std::string& name) : name_(name) {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        std::memcpy(at.sun_path, name.data(), name.size());
        if (name.front() == '@') at.sun_path[0] = '\0';
        const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
        if (::bind(socket_, reinterpret_cast<sockaddr*>(&at), length) != 0)
            throw std::runtime_error("bind");
    }
    ~notified() {
        ::close(socket_);
        if (name_.front() == '/') ::unlink(name_.c_str());
    }

    /// The next datagram; empty when there is none.
    std::string heard() const {
        std::array<char, 256> bytes{};
        const auto size = ::recv(socket_, bytes.data(), bytes.size(), MSG_DONTWAIT);
        return size < 0 ? "" : std::string(bytes.data(), static_cast<std::size_t>(size));
    }

private:
    const std::string name_;
    const int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
};

std::string abstract_name() { return "@headroom-notify-" + std::to_string(::getpid()); }

TEST(ServiceManager, IsToldOverASocketFile) {
    const auto file = ::testing::TempDir() + "headroom_notify_" + std::to_string(::getpid());
    const notified manager(file);
    EXPECT_TRUE(service_manager(file).tell("READY=1\nSTATUS=serving"));
    EXPECT_EQ(manager.heard(), "READY=1\nSTATUS=serving");
    EXPECT_EQ(manager.heard(), "");
}

TEST(ServiceManager, IsToldOverAnAbstractSocket) {
    const notified manager(abstract_name());
    EXPECT_TRUE(service_manager(abstract_name()).tell("STOPPING=1"));
    EXPECT_EQ(manager.heard(), "STOPPING=1");
}

TEST(ServiceManager, IsNotNeeded) {
    EXPECT_FALSE(service_manager("").tell("READY=1"));
    EXPECT_FALSE(service_manager(abstract_name()).tell("READY=1"));
    EXPECT_FALSE(service_manager("/nowhere/at/all").tell("READY=1"));
    EXPECT_FALSE(service_manager("relative").tell("READY=1"));
    EXPECT_FALSE(service_manager("/" + std::string(200, 'x')).tell("READY=1"));
}

TEST(ServiceManager, ThatDoesNotReadIsNotWaitedFor) {
    const notified manager(abstract_name());
    const service_manager told(abstract_name());
    int heard = 0;
    while (heard < 100'000 && told.tell("STATUS=busy")) ++heard;
    EXPECT_LT(heard, 100'000);
}

}  // namespace
}  // namespace headroom
