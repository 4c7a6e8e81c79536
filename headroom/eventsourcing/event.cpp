#include "headroom/eventsourcing/event.hpp"

#include <algorithm>
#include <atomic>
#include <boost/endian/conversion.hpp>
#include <cstdlib>
#include <cstring>

namespace headroom::eventsourcing {
namespace {

// RFC 9562, section 6.2, method 3: the twelve bits after the milliseconds carry on the time, in
// 4096ths of a millisecond. A tick is used once in a process, so that identifiers only ever grow.
constexpr std::int64_t ticks_per_ms = 4096;
std::atomic<std::int64_t> last_tick{0};

std::int64_t next_tick() {
    using nanoseconds = std::chrono::nanoseconds;
    const auto now = std::chrono::time_point_cast<nanoseconds>(std::chrono::system_clock::now());
    const std::int64_t ns = now.time_since_epoch().count(), ms = ns / 1'000'000;
    const std::int64_t wish = ms * ticks_per_ms + ns % 1'000'000 * ticks_per_ms / 1'000'000;
    std::int64_t last = last_tick.load(std::memory_order_relaxed), next = 0;
    do next = std::max(wish, last + 1);
    while (!last_tick.compare_exchange_weak(last, next, std::memory_order_relaxed));
    return next;
}

constexpr std::size_t text_size = 36;

bool has_dash_before(std::size_t byte) { return byte == 4 || byte == 6 || byte == 8 || byte == 10; }

int digit(char of) {
    if (of >= '0' && of <= '9') return of - '0';
    if (of >= 'a' && of <= 'f') return of - 'a' + 10;
    if (of >= 'A' && of <= 'F') return of - 'A' + 10;
    return -1;
}

}  // namespace

uuid new_uuid() {
    const auto tick = static_cast<std::uint64_t>(next_tick());
    const auto head = tick / ticks_per_ms << 16 | 0x7000U | tick % ticks_per_ms;
    uuid made;
    ::arc4random_buf(made.bytes.data() + 8, 8);
    made.bytes[8] = static_cast<std::uint8_t>((made.bytes[8] & 0x3FU) | 0x80U);  // the variant
    const auto wire = boost::endian::native_to_big(head);
    std::memcpy(made.bytes.data(), &wire, sizeof wire);
    return made;
}

std::string to_string(const uuid& of) {
    constexpr char digits[] = "0123456789abcdef";
    std::string text;
    text.reserve(text_size);
    for (std::size_t i = 0; i < of.bytes.size(); ++i) {
        if (has_dash_before(i)) text += '-';
        text += digits[of.bytes[i] >> 4];
        text += digits[of.bytes[i] & 0xF];
    }
    return text;
}

std::optional<uuid> parse_uuid(std::string_view text) noexcept {
    if (text.size() != text_size) return std::nullopt;
    uuid read;
    std::size_t at = 0;
    for (std::size_t i = 0; i < read.bytes.size(); ++i) {
        if (has_dash_before(i) && text[at++] != '-') return std::nullopt;
        const int high = digit(text[at]), low = digit(text[at + 1]);
        if (high < 0 || low < 0) return std::nullopt;
        read.bytes[i] = static_cast<std::uint8_t>(high << 4 | low);
        at += 2;
    }
    return read;
}

}  // namespace headroom::eventsourcing
