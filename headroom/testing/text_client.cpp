#include "headroom/testing/text_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <tuple>
#include <utility>

#include "headroom/testing/detail/take_until.hpp"

namespace headroom::testing {
namespace {

constexpr std::string_view length_field = "Content-Length: ";

std::size_t body_length(std::string_view head) {
    const auto at = head.find(length_field);
    if (at == std::string_view::npos) return 0;
    return std::stoul(std::string(head.substr(at + length_field.size(), 12)));
}

}  // namespace

text_client::text_client(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return;
    const int why = errno;
    ::close(socket_);
    throw std::system_error(why, std::generic_category(), "connect");
}

text_client::text_client(text_client&& from) noexcept
    : socket_(std::exchange(from.socket_, -1)), read_(std::move(from.read_)) {}

text_client& text_client::operator=(text_client&& from) noexcept {
    std::swap(socket_, from.socket_);
    std::swap(read_, from.read_);
    return *this;
}

text_client::~text_client() {
    if (socket_ >= 0) ::close(socket_);
}

bool text_client::send(std::string_view text) {
    while (!text.empty()) {
        const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL);
        if (sent < 0) return false;
        text.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

std::size_t text_client::send_some(std::string_view text) {
    const auto sent = ::send(socket_, text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    return sent < 0 ? 0 : static_cast<std::size_t>(sent);
}

void text_client::finish() { ::shutdown(socket_, SHUT_WR); }

// False when the server has closed. A reset counts as a close.
bool text_client::read_more(std::chrono::milliseconds wait) {
    pollfd on{socket_, POLLIN, 0};
    if (::poll(&on, 1, static_cast<int>(wait.count())) == 0)
        throw std::runtime_error("the server is silent; so far it said: " + read_);
    std::array<char, 4096> part;
    const auto got = ::recv(socket_, part.data(), part.size(), 0);
    if (got <= 0) return false;
    read_.append(part.data(), static_cast<std::size_t>(got));
    return true;
}

std::string text_client::response(bool with_body) {
    for (;;) {
        const auto end = read_.find("\r\n\r\n");
        if (end != std::string::npos) {
            const auto head = std::string_view(read_).substr(0, end + 4);
            const auto whole = head.size() + (with_body ? body_length(head) : 0);
            if (read_.size() >= whole) {
                auto out = read_.substr(0, whole);
                read_.erase(0, whole);
                return out;
            }
        }
        if (!read_more(wait_max))
            throw std::runtime_error("the server closed; so far it said: " + read_);
    }
}

std::string text_client::until(std::string_view mark) {
    return detail::take_until(read_, mark, [this] { return read_more(wait_max); });
}

std::string text_client::rest() {
    while (read_more(wait_max)) {
    }
    return std::exchange(read_, {});
}

std::string text_client::until_quiet(std::chrono::milliseconds wait) {
    std::ignore = closed_within(wait);
    return std::exchange(read_, {});
}

bool text_client::closed_within(std::chrono::milliseconds wait) {
    try {
        while (read_more(wait)) {
        }
        return true;
    } catch (const std::runtime_error&) {
        return false;
    }
}

std::string say(std::uint16_t port, std::string_view text) {
    text_client client(port);
    client.send(text);
    return client.rest();
}

}  // namespace headroom::testing
