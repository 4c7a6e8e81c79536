// persistence/detail/byte_meter.hpp: how much libpq has read from its socket since a moment.
//
// libpq collects a result where nobody sees its size until the last row has come, so the kernel is
// asked: of TCP, what has arrived less what still lies there (tcp(7), TCP_INFO); of a Unix socket,
// how far reading has moved an offset for peeking back (socket(7), SO_PEEK_OFF; nobody here peeks).
// One or two system calls a look. With TLS it is the encrypted bytes that are counted.
#pragma once
#include <cstdint>

namespace headroom::persistence::detail {

class byte_meter {
public:
    static constexpr std::uint64_t bytes_max = (1U << 31) - 1;  ///< it counts no further

    /// From now on. A look must follow before bytes_max have been read.
    void start(int socket) noexcept;
    void stop() noexcept { socket_ = -1; }
    bool running() const noexcept { return socket_ >= 0; }
    /// Bytes read since start(); 0 when the kernel does not say.
    std::uint64_t taken() const noexcept;

private:
    int socket_ = -1;
    bool unix_ = false;
    std::uint64_t before_ = 0;
};

}  // namespace headroom::persistence::detail
