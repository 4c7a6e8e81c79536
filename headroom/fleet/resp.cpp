#include "headroom/fleet/resp.hpp"

#include <fmt/format.h>

#include <charconv>

namespace headroom::fleet {
namespace {

/// Walks over the bytes that are there; what is not there yet ends the walk without a word.
class walker {
public:
    explicit walker(std::string_view bytes) : bytes_(bytes) {}

    bool read(resp_value& into, unsigned depth = 0) {
        if (depth > resp_depth_max) throw resp_broken("an answer is nested too deep");
        if (++items_ > resp_items_max) throw resp_broken("an answer has too many parts");
        const auto line = take_line();
        if (!line) return false;
        if (line->empty()) throw resp_broken("the answer is not one of Redis");
        const auto rest = line->substr(1);
        switch (line->front()) {
            case '+':
                return set_text(into, resp_value::kind::text, rest);
            case '-':
                return set_text(into, resp_value::kind::error, rest);
            case ':':
                into.is = resp_value::kind::number;
                into.number = number_in(rest);
                return true;
            case '$':
                return read_bulk(into, number_in(rest));
            case '*':
                return read_list(into, number_in(rest), depth);
            default:
                throw resp_broken("the answer is not one of Redis");
        }
    }
    std::size_t taken() const { return at_; }

private:
    static bool set_text(resp_value& into, resp_value::kind is, std::string_view text) {
        into.is = is;
        into.text = text;
        return true;
    }

    std::optional<std::string_view> take_line() {
        const auto end = bytes_.find("\r\n", at_);
        const auto length = (end == std::string_view::npos ? bytes_.size() : end) - at_;
        if (length > resp_line_max) throw resp_broken("a line of the answer is too long");
        if (end == std::string_view::npos) {
            // Whoever does not speak RESP need not be waited for until its first line's end.
            if (length > 0 && !is_marker(bytes_[at_]))
                throw resp_broken("the answer is not one of Redis");
            return {};
        }
        const auto line = bytes_.substr(at_, length);
        at_ = end + 2;
        return line;
    }

    static bool is_marker(char c) { return std::string_view("+-:$*").find(c) != std::string::npos; }

    static std::int64_t number_in(std::string_view text) {
        std::int64_t number = 0;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (failed != std::errc{} || end != text.data() + text.size())
            throw resp_broken("a number of the answer cannot be read");
        return number;
    }

    bool read_bulk(resp_value& into, std::int64_t length) {
        if (length < 0) return true;  // nothing
        const auto size = static_cast<std::uint64_t>(length);
        if (size > resp_bulk_max)
            throw resp_broken(
                fmt::format("a text of the answer has {} bytes, {} are read", size, resp_bulk_max));
        if (bytes_.size() - at_ < size + 2) return false;
        if (bytes_.substr(at_ + size, 2) != "\r\n")
            throw resp_broken("a text of the answer has no end");
        set_text(into, resp_value::kind::text, bytes_.substr(at_, size));
        at_ += size + 2;
        return true;
    }

    bool read_list(resp_value& into, std::int64_t length, unsigned depth) {
        if (length < 0) return true;
        if (static_cast<std::uint64_t>(length) > resp_items_max)
            throw resp_broken("an answer has too many parts");
        into.is = resp_value::kind::list;
        for (std::int64_t i = 0; i < length; ++i)
            if (!read(into.items.emplace_back(), depth + 1)) return false;
        return true;
    }

    const std::string_view bytes_;
    std::size_t at_ = 0, items_ = 0;
};

}  // namespace

std::optional<resp_value> resp_reader::next() {
    walker over(buffer_);
    resp_value value;
    if (!over.read(value)) return {};
    buffer_.erase(0, over.taken());
    return value;
}

std::string resp_command(const std::vector<std::string_view>& words) {
    auto text = fmt::format("*{}\r\n", words.size());
    for (const auto each : words) text += fmt::format("${}\r\n{}\r\n", each.size(), each);
    return text;
}

}  // namespace headroom::fleet
