#include "headroom/testing/detail/flow.hpp"

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace headroom::testing::detail {
namespace {

constexpr std::size_t throttle_steps = 100;  // portions a second

bool not_now() { return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR; }

}  // namespace

bool flow::wants_to_read(const conduct& how) const {
    return !how.blackhole && !ended_ && size_ < buffer_max;
}

bool flow::wants_to_write(const conduct& how, clock::time_point now) const {
    const auto at = due(how);
    return at && *at <= now;
}

std::optional<flow::clock::time_point> flow::due(const conduct& how) const {
    if (how.blackhole || waiting_.empty()) return {};
    return std::max(waiting_.front().due, next_write_);
}

std::size_t flow::allowance(const conduct& how) const {
    if (how.bytes_per_second == 0) return buffer_max;
    return std::max<std::size_t>(1, how.bytes_per_second / throttle_steps);
}

bool flow::read(const conduct& how, clock::time_point now) {
    std::array<char, 64 * 1024> buffer;
    const auto got = recv(from_, buffer.data(), std::min(buffer.size(), buffer_max - size_), 0);
    if (got < 0) return not_now();
    if (got == 0) {
        ended_ = true;
        if (waiting_.empty()) shutdown(to_, SHUT_WR);
        return true;
    }
    waiting_.push_back({now + how.delay, {buffer.data(), static_cast<std::size_t>(got)}});
    size_ += static_cast<std::size_t>(got);
    return true;
}

bool flow::write(const conduct& how, clock::time_point now) {
    auto& bytes = waiting_.front().bytes;
    const auto sent =
        send(to_, bytes.data(), std::min(bytes.size(), allowance(how)), MSG_NOSIGNAL);
    if (sent < 0) return not_now();
    const auto count = static_cast<std::size_t>(sent);
    size_ -= count;
    bytes.erase(0, count);
    if (bytes.empty()) waiting_.pop_front();
    if (how.bytes_per_second != 0)
        next_write_ = now + std::chrono::microseconds(1'000'000 * count / how.bytes_per_second);
    if (finished()) shutdown(to_, SHUT_WR);
    return true;
}

}  // namespace headroom::testing::detail
