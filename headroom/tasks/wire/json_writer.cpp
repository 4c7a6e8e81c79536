#include "headroom/tasks/wire/json_writer.hpp"

#include <array>
#include <boost/assert.hpp>
#include <cmath>
#include <optional>

#include "headroom/tasks/wire/python_numbers.hpp"
#include "headroom/tasks/wire/wtf8.hpp"

namespace headroom::tasks {
namespace {

void append_unit(std::string& to, unsigned unit) {
    static constexpr std::string_view hex = "0123456789abcdef";
    to += "\\u";
    for (int shift = 12; shift >= 0; shift -= 4) to += hex[unit >> shift & 0xF];
}

void append_escape(std::string& to, char32_t point) {
    static constexpr std::string_view meant = "\"\\\b\f\n\r\t", letters = "\"\\bfnrt";
    const auto found = point < 0x80 ? meant.find(static_cast<char>(point)) : meant.npos;
    if (found != meant.npos) {
        to += '\\', to += letters[found];
    } else if (point < 0x10000) {
        append_unit(to, point);
    } else {
        append_unit(to, 0xD800 + static_cast<unsigned>((point - 0x10000) >> 10));
        append_unit(to, 0xDC00 + static_cast<unsigned>((point - 0x10000) & 0x3FF));
    }
}

bool is_plain(char c) noexcept { return c >= ' ' && c <= '~' && c != '"' && c != '\\'; }

/// Returns what could not be written, or nothing.
class json_writing {
public:
    using fault = std::optional<codec_fault>;

    fault write(const value& of) {
        return of.visit([this](const auto& is) { return put(is); });
    }
    std::string take() { return std::move(text_); }

private:
    fault put(std::monostate) { return add("null"); }
    fault put(bool is) { return add(is ? "true" : "false"); }
    fault put(std::int64_t is) { return add(std::to_string(is)); }
    fault put(const big_integer& is) { return add(is.digits()); }
    fault put(double is) { return add(std::isfinite(is) ? python_float_text(is) : "null"); }
    fault put(const std::string& is) {
        if (!is_text(is, surrogates::allowed))
            return codec_fault{codec_fault_kind::wrong_shape, "a text that is not UTF-8", 0};
        append_json_text(text_, is);
        return {};
    }
    fault put(const byte_string& is) {
        if (is_text(is.octets, surrogates::refused)) return put(is.octets);
        return codec_fault{codec_fault_kind::wrong_shape, "bytes that are not UTF-8", 0};
    }
    fault put(const array& is) {
        return nested('[', ']', is, [this](const value& each) { return write(each); });
    }
    fault put(const object& is) {
        return nested('{', '}', is, [this](const member& each) {
            if (auto wrong = put(each.name)) return wrong;
            text_ += ": ";
            return write(each.is);
        });
    }

    template <class Items, class Write>
    fault nested(char open, char close, const Items& items, Write&& each_of) {
        if (++depth_ > codec_depth_max)
            return codec_fault{codec_fault_kind::too_deep, "arrays and objects", 0};
        text_ += open;
        bool first = true;
        for (const auto& each : items) {
            if (!std::exchange(first, false)) text_ += ", ";
            if (auto wrong = each_of(each)) return wrong;
        }
        text_ += close;
        --depth_;
        return {};
    }
    fault add(std::string_view text) {
        text_ += text;
        return {};
    }

    std::string text_;
    std::size_t depth_ = 0;
};

}  // namespace

void append_json_text(std::string& to, std::string_view text) {
    to += '"';
    while (!text.empty()) {
        if (is_plain(text.front())) {
            to += text.front();
            text.remove_prefix(1);
            continue;
        }
        const auto point = take_code_point(text, surrogates::allowed);
        BOOST_ASSERT_MSG(point.has_value(), "append_json_text() takes texts only");
        append_escape(to, *point);
    }
    to += '"';
}

decoded<std::string> to_json(const value& of) {
    json_writing writing;
    if (auto fault = writing.write(of)) return std::unexpected(std::move(*fault));
    return writing.take();
}

}  // namespace headroom::tasks
