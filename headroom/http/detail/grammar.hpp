// http/detail/grammar.hpp: the characters of RFC 9110 and RFC 3986, as one table.
#pragma once
#include <array>
#include <cstdint>
#include <string_view>

namespace headroom::http::detail {

enum char_class : std::uint8_t {
    token_char = 1,  // tchar: methods, field names, codings
    path_char = 2,   // pchar and "/", without "%"
    text_char = 4,   // field values: visible, SP, HTAB, obs-text
    hex_char = 8,
    host_char = 16,  // reg-name without "%"
};

constexpr std::array<std::uint8_t, 256> make_char_table() {
    std::array<std::uint8_t, 256> table{};
    const auto mark = [&table](std::string_view of, unsigned as) {
        for (const char c : of)
            table[static_cast<unsigned char>(c)] |= static_cast<std::uint8_t>(as);
    };
    mark("ABCDEFabcdef0123456789", hex_char);
    mark("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
         token_char | path_char | host_char);
    mark("!#$%&'*+-.^_`|~", token_char);
    mark("-._~!$&'()*+,;=", path_char | host_char);
    mark(":@/", path_char);
    for (unsigned c = 0x20; c < 0x100; ++c)
        if (c != 0x7f) table[c] |= text_char;
    table['\t'] |= text_char;
    return table;
}

inline constexpr auto char_table = make_char_table();

constexpr bool is(char c, char_class of) noexcept {
    return (char_table[static_cast<unsigned char>(c)] & of) != 0;
}

constexpr bool all_of(std::string_view text, char_class of) noexcept {
    for (const char c : text)
        if (!is(c, of)) return false;
    return true;
}

/// One or more tchar.
constexpr bool is_token(std::string_view text) noexcept {
    return !text.empty() && all_of(text, token_char);
}

/// Requires a hex_char.
constexpr unsigned hex_value(char c) noexcept {
    if (c <= '9') return static_cast<unsigned>(c - '0');
    return static_cast<unsigned>((c | 0x20) - 'a') + 10;
}

constexpr char lower(char c) noexcept {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
}

constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

/// Without the spaces and tabs around it.
constexpr std::string_view trim(std::string_view text) noexcept {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

}  // namespace headroom::http::detail
