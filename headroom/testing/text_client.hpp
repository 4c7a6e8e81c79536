// testing/text_client.hpp: a blocking TCP client that says exactly what a test tells it to.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace headroom::testing {

/// To a port of the loopback. Every wait is bounded; one that ends throws std::runtime_error.
class text_client {
public:
    static constexpr std::chrono::seconds wait_max{10};

    explicit text_client(std::uint16_t port);
    ~text_client();
    text_client(text_client&& from) noexcept;
    text_client& operator=(text_client&& from) noexcept;
    text_client(const text_client&) = delete;

    /// Blocks until the kernel has it all. False when the server does not take it any more.
    bool send(std::string_view text);
    /// Sends what it takes at once; the number of bytes.
    std::size_t send_some(std::string_view text);
    /// No more will be sent; answers can still be read.
    void finish();
    /// One HTTP response by its Content-Length (`with_body` false: none follows, as for HEAD).
    std::string response(bool with_body = true);
    /// Everything up to the first `mark`, and the mark.
    std::string until(std::string_view mark);
    /// Everything until the server closes.
    std::string rest();
    /// Everything until the server closes, or has been silent for `wait`.
    std::string until_quiet(std::chrono::milliseconds wait);
    /// True when the server has closed; false after `wait` without a word.
    bool closed_within(std::chrono::milliseconds wait);

private:
    bool read_more(std::chrono::milliseconds wait);

    int socket_ = -1;
    std::string read_;
};

/// Sends `text` on a connection of its own and returns all that is answered until the close.
std::string say(std::uint16_t port, std::string_view text);

}  // namespace headroom::testing
