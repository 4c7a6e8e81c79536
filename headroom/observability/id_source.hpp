// observability/id_source.hpp: the ids under which a request, a trace or a span is found again.
#pragma once
#include <cstdint>
#include <span>

namespace headroom::observability {

/// Distinct numbers, and hexadecimal digits of them: splitmix64 (Steele, Lea, Flood, "Fast
/// splittable pseudorandom number generators", 2014). They identify, they do not authenticate: who
/// has seen some can tell the next. Not thread-safe: one a reactor.
class id_source {
public:
    id_source();  ///< seeded by the system
    explicit id_source(std::uint64_t seed) noexcept : state_(seed) {}

    std::uint64_t next() noexcept;
    /// Fills `to`, a multiple of 16 digits, which are never all zero.
    void write_hex(std::span<char> to) noexcept;

private:
    std::uint64_t state_;
};

}  // namespace headroom::observability
