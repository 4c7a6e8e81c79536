// observability/request_id.hpp: the name under which one request is found again everywhere.
#pragma once
#include <cstdint>
#include <random>
#include <string>
#include <string_view>

namespace headroom::observability {

inline constexpr std::size_t request_id_max = 64;

/// 1 to 64 of A-Z, a-z, 0-9 and '-', which a UUID is, too. Anything else a caller sends is not
/// taken over: it would stand in headers and log lines.
bool is_request_id(std::string_view text) noexcept;

/// Makes UUIDs of version 4 (RFC 9562), trace and span ids. They identify, they do not
/// authenticate: the generator is fast, not cryptographic. Not thread-safe: one a reactor.
class id_source {
public:
    /// Seeded by the system.
    id_source();
    explicit id_source(std::uint64_t seed) : random_(seed) {}

    std::string uuid();
    std::string trace_id();  ///< 32 hexadecimal digits, never all zero
    std::string span_id();   ///< 16 hexadecimal digits, never all zero

private:
    std::uint64_t next_nonzero();

    std::mt19937_64 random_;
};

}  // namespace headroom::observability
