#include "headroom/tasks/wire/python_text.hpp"

#include <fmt/format.h>

#include "headroom/tasks/wire/python_characters.hpp"
#include "headroom/tasks/wire/python_numbers.hpp"
#include "headroom/tasks/wire/wtf8.hpp"

namespace headroom::tasks {
namespace {

char quote_for(std::string_view text) {
    const bool single = text.contains('\''), twofold = text.contains('"');
    return single && !twofold ? '"' : '\'';
}

/// Of a character that repr() does not leave as it is.
std::string escaped(char32_t point) {
    switch (point) {
        case '\t': return "\\t";
        case '\n': return "\\n";
        case '\r': return "\\r";
        default: break;
    }
    const auto code = static_cast<unsigned>(point);
    if (code <= 0xFF) return fmt::format("\\x{:02x}", code);
    if (code <= 0xFFFF) return fmt::format("\\u{:04x}", code);
    return fmt::format("\\U{:08x}", code);
}

std::string quoted(std::string_view text) {
    const char quote = quote_for(text);
    std::string written(1, quote);
    while (!text.empty()) {
        const auto before = text;
        const auto point = take_code_point(text, surrogates::allowed);
        if (!point) {
            written += escaped(static_cast<unsigned char>(before.front()));
            text.remove_prefix(1);
        } else if (*point == static_cast<unsigned char>(quote) || *point == '\\') {
            written += '\\', written += static_cast<char>(*point);
        } else if (is_python_printable(*point)) {
            written += before.substr(0, before.size() - text.size());
        } else {
            written += escaped(*point);
        }
    }
    return written + quote;
}

std::string quoted_octets(std::string_view octets) {
    const char quote = quote_for(octets);
    std::string written = {'b', quote};
    for (const char each : octets) {
        if (each == quote || each == '\\') written += '\\', written += each;
        else if (each >= ' ' && each <= '~') written += each;
        else written += escaped(static_cast<unsigned char>(each));
    }
    return written + quote;
}

struct repr_writer {
    std::string operator()(std::monostate) const { return "None"; }
    std::string operator()(bool is) const { return is ? "True" : "False"; }
    std::string operator()(std::int64_t is) const { return std::to_string(is); }
    std::string operator()(double is) const { return python_float_text(is); }
    std::string operator()(const big_integer& is) const { return is.digits(); }
    std::string operator()(const std::string& is) const { return quoted(is); }
    std::string operator()(const byte_string& is) const { return quoted_octets(is.octets); }
    std::string operator()(const array& is) const {
        std::string written;
        for (const auto& each : is) written += (written.empty() ? "" : ", ") + python_repr(each);
        return "[" + written + "]";
    }
    std::string operator()(const object& is) const {
        std::string written;
        for (const auto& [name, each] : is)
            written += (written.empty() ? "" : ", ") + quoted(name) + ": " + python_repr(each);
        return "{" + written + "}";
    }
};

}  // namespace

std::string python_repr(const value& of) { return of.visit(repr_writer()); }

std::string python_str(const value& of) {
    if (const auto* text = of.get<std::string>()) return *text;
    return python_repr(of);
}

}  // namespace headroom::tasks
