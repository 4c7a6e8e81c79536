#include "headroom/observability/trace_context.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace headroom::observability {
namespace {

constexpr std::size_t traceparent_size = 55;

int digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool is_id(std::string_view text) noexcept {
    return std::ranges::all_of(text, [](char c) { return digit(c) >= 0; }) &&
           text.find_first_not_of('0') != std::string_view::npos;
}

std::optional<std::uint8_t> byte_of(std::string_view two) noexcept {
    const int high = digit(two[0]), low = digit(two[1]);
    if (high < 0 || low < 0) return {};
    return static_cast<std::uint8_t>(high * 16 + low);
}

}  // namespace

std::optional<trace_context> parse_traceparent(std::string_view header) noexcept {
    if (header.size() < traceparent_size) return {};
    const auto version = byte_of(header.substr(0, 2));
    if (!version || *version == 0xFF) return {};
    if (header.size() > traceparent_size && (*version == 0 || header[traceparent_size] != '-'))
        return {};
    if (header[2] != '-' || header[35] != '-' || header[52] != '-') return {};
    const auto trace = header.substr(3, 32), parent = header.substr(36, 16);
    const auto flags = byte_of(header.substr(53, 2));
    if (!is_id(trace) || !is_id(parent) || !flags) return {};
    return trace_context{std::string(trace), std::string(parent), *flags};
}

std::string to_traceparent(const trace_context& of) {
    return fmt::format("00-{}-{}-{:02x}", of.trace_id, of.parent_id, of.flags);
}

}  // namespace headroom::observability
