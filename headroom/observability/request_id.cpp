#include "headroom/observability/request_id.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace headroom::observability {
namespace {

std::mt19937_64 seeded_by_the_system() {
    std::random_device entropy;
    std::array<std::uint32_t, 8> words{};
    std::ranges::generate(words, [&] { return entropy(); });
    std::seed_seq seed(words.begin(), words.end());
    return std::mt19937_64(seed);
}

}  // namespace

bool is_request_id(std::string_view text) noexcept {
    return !text.empty() && text.size() <= request_id_max && std::ranges::all_of(text, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '-';
    });
}

id_source::id_source() : random_(seeded_by_the_system()) {}

std::uint64_t id_source::next_nonzero() {
    for (;;)
        if (const auto value = random_(); value != 0) return value;
}

std::string id_source::uuid() {
    const auto high = random_(), low = random_();
    const auto version = (high & 0xFFFF'FFFF'FFFF'0FFF) | 0x4000;
    const auto variant = (low & 0x3FFF'FFFF'FFFF'FFFF) | 0x8000'0000'0000'0000;
    return fmt::format("{:08x}-{:04x}-{:04x}-{:04x}-{:012x}", version >> 32,
                       (version >> 16) & 0xFFFF, version & 0xFFFF, variant >> 48,
                       variant & 0xFFFF'FFFF'FFFF);
}

std::string id_source::trace_id() {
    return fmt::format("{:016x}{:016x}", next_nonzero(), random_());
}

std::string id_source::span_id() { return fmt::format("{:016x}", next_nonzero()); }

}  // namespace headroom::observability
