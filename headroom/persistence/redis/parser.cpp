#include "headroom/persistence/redis/parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/assert.hpp>
#include <charconv>
#include <cstring>
#include <utility>

namespace headroom::redis {
namespace {

constexpr std::size_t buffer_bytes = 64 << 10;       // to begin with; grows to hold a line
constexpr std::size_t text_reserve_bytes = 1 << 20;  // taken at once for an announced text
constexpr std::size_t nodes_reserve = 256;           // likewise for announced elements
constexpr std::size_t verbatim_prefix = 4;           // "txt:"
constexpr std::string_view markers = "+-:$*_#,(!=%~|>";

bool is_marker(char c) noexcept { return markers.find(c) != std::string_view::npos; }

std::optional<std::int64_t> whole_number(std::string_view text) {
    if (text.size() == 1 && text[0] >= '0' && text[0] <= '9') return text[0] - '0';
    if (text.starts_with('+')) text.remove_prefix(1);
    if (text.starts_with("+") || text.empty()) return {};
    std::int64_t number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size()) return {};
    return number;
}

std::optional<double> real_number(std::string_view text) {
    double number = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (failed != std::errc{} || end != text.data() + text.size()) return {};
    return number;
}

bool is_big_number(std::string_view text) {
    if (text.starts_with('-') || text.starts_with('+')) text.remove_prefix(1);
    return !text.empty() && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

}  // namespace

parser::parser(parser_bounds within) : within_(within) {
    BOOST_ASSERT_MSG(within_.answer_bytes_max <= parser_bounds::bytes_limit &&
                         within_.items_max < std::size_t{1} << 31,
                     "an answer has a bound of 1 GiB or less");
}

void parser::broken(const std::string& why) {
    broken_ = true;
    throw protocol_error(why);
}

// ---- bytes ----

std::span<char> parser::room() {
    if (begin_ == end_) begin_ = end_ = 0;
    if (capacity_ - end_ >= room_bytes_min) return {buffer_.get() + end_, capacity_ - end_};
    const auto waiting = end_ - begin_;
    if (capacity_ < waiting + room_bytes_min) {
        const auto larger = std::max({buffer_bytes, capacity_ * 2, waiting + room_bytes_min});
        auto moved = std::make_unique_for_overwrite<char[]>(larger);
        if (waiting > 0) std::memcpy(moved.get(), buffer_.get() + begin_, waiting);
        buffer_ = std::move(moved);
        capacity_ = larger;
    } else {
        std::memmove(buffer_.get(), buffer_.get() + begin_, waiting);
    }
    begin_ = 0;
    end_ = waiting;
    return {buffer_.get() + end_, capacity_ - end_};
}

void parser::received(std::size_t bytes) {
    BOOST_ASSERT(bytes <= capacity_ - end_);
    end_ += bytes;
}

void parser::feed(std::string_view bytes) {
    while (!bytes.empty()) {
        const auto into = room();
        const auto part = std::min(into.size(), bytes.size());
        std::memcpy(into.data(), bytes.data(), part);
        received(part);
        bytes.remove_prefix(part);
    }
}

std::string_view parser::cut(std::size_t length) noexcept {
    const std::string_view bytes(buffer_.get() + begin_, length);
    begin_ += length;
    return bytes;
}

std::optional<std::string_view> parser::take_line() {
    const char* const from = buffer_.get() + begin_;
    const auto available = end_ - begin_;
    if (available == 0) return {};
    // Whoever does not speak RESP need not be waited for until the end of a first line.
    if (!is_marker(*from)) broken("the bytes are no answer of Redis");
    const auto* const end = static_cast<const char*>(
        std::memchr(from + scanned_, '\n', available - scanned_));
    const auto length = end != nullptr ? static_cast<std::size_t>(end - from) : available;
    if (length > within_.line_bytes_max + 1)
        broken(fmt::format("a line of an answer has more than {} bytes", within_.line_bytes_max));
    if (end == nullptr) {
        scanned_ = available;
        return {};
    }
    scanned_ = 0;
    if (length < 2 || from[length - 1] != '\r') broken("a line of an answer has no end");
    return cut(length + 1).substr(0, length - 1);
}

// ---- answers ----

bool parser::between_answers() const noexcept {
    return begin_ == end_ && frames_.empty() && !in_text_ && items_ == 0;
}

std::optional<value> parser::next() {
    if (broken_) throw protocol_error("an answer was broken before");
    if (!advance()) return {};
    return finished();
}

// True once an answer is whole.
bool parser::advance() {
    if (in_text_ && go_on_with_text()) return true;
    while (!in_text_) {
        const auto line = take_line();
        if (!line) return false;
        if (begin_item(line->front(), line->substr(1))) return true;
    }
    return false;
}

value parser::finished() {
    value made;
    made.only_ = only_;
    made.nodes_ = std::move(nodes_);
    made.texts_ = std::move(texts_);
    nodes_.clear();
    texts_.clear();
    items_ = 0;
    return made;
}

// Each of these returns true when the answer is whole with it.
bool parser::begin_item(char marker, std::string_view rest) {
    switch (marker) {
        case '+': return add_text(kind::text, rest);
        case '-': return add_text(kind::error, rest);
        case '$': return begin_text(kind::text, rest);
        case '!': return begin_text(kind::error, rest);
        case '=': verbatim_ = true; return begin_text(kind::text, rest);
        case '*': return begin_list(kind::list, rest);
        case '~': return begin_list(kind::set, rest);
        case '%': return begin_list(kind::map, rest);
        case '>': return begin_list(kind::push, rest);
        case '|': return begin_attribute(rest);
        default: break;
    }
    detail::node made;
    if (marker == ':') {
        const auto number = whole_number(rest);
        if (!number) broken("a number of an answer cannot be read");
        made.is = kind::number;
        made.number = *number;
    } else if (marker == ',') {
        const auto number = real_number(rest);
        if (!number) broken("a number of an answer cannot be read");
        made.is = kind::real;
        made.real = *number;
    } else if (marker == '#') {
        if (rest != "t" && rest != "f") broken("a boolean of an answer cannot be read");
        made.is = kind::boolean;
        made.number = rest == "t" ? 1 : 0;
    } else if (marker == '(') {
        if (!is_big_number(rest)) broken("a number of an answer cannot be read");
        return add_text(kind::big_number, rest);
    } else if (!rest.empty()) {  // '_'
        broken("the bytes are no answer of Redis");
    }
    return add(made);
}

bool parser::begin_text(kind is, std::string_view length) {
    const auto size = whole_number(length);
    if (!size || *size < -1) broken("a length of an answer cannot be read");
    if (*size == -1) {
        if (std::exchange(verbatim_, false)) broken("a length of an answer cannot be read");
        return add({});
    }
    const auto bytes = static_cast<std::uint64_t>(*size);
    if (bytes > within_.text_bytes_max)
        broken(fmt::format("a text of an answer has more than {} bytes", within_.text_bytes_max));
    if (verbatim_ && bytes < verbatim_prefix) broken("a text of an answer lacks its format");
    weigh(bytes);
    in_text_ = true;
    text_is_ = is;
    text_left_ = bytes + 2;
    const auto there = end_ - begin_;
    if (there >= text_left_ && !verbatim_) {  // all of it, as almost always
        const auto whole = cut(text_left_);
        if (!whole.ends_with("\r\n")) broken("a text of an answer has no end");
        in_text_ = false;
        return add_text(is, whole.substr(0, bytes));
    }
    count_items(1);
    auto& into = frames_.empty() ? only_ : nodes_.emplace_back();
    into = {};
    into.is = is;
    into.at = texts_.size();
    into.size = static_cast<std::uint32_t>(bytes);
    if (texts_.capacity() - texts_.size() < bytes)
        texts_.reserve(texts_.size() + std::min(bytes, text_reserve_bytes));
    return go_on_with_text();
}

// A text that did not come in one piece, or whose first bytes name its format.
bool parser::go_on_with_text() {
    const auto part = std::min(end_ - begin_, text_left_);
    const auto of_text = part - std::min(part, text_left_ - part < 2 ? 2 - (text_left_ - part) : 0);
    const auto bytes = cut(part);
    texts_.append(bytes.substr(0, of_text));
    for (auto end = of_text; end < part; ++end)
        if (bytes[end] != (text_left_ - end == 2 ? '\r' : '\n'))
            broken("a text of an answer has no end");
    text_left_ -= part;
    if (text_left_ > 0) return false;
    in_text_ = false;
    if (std::exchange(verbatim_, false)) {
        auto& into = frames_.empty() ? only_ : nodes_.back();
        if (texts_[into.at + verbatim_prefix - 1] != ':')
            broken("a text of an answer lacks its format");
        texts_.erase(into.at, verbatim_prefix);
        into.size -= static_cast<std::uint32_t>(verbatim_prefix);
    }
    return completed();
}

bool parser::begin_list(kind is, std::string_view length) {
    const auto count = whole_number(length);
    if (!count || *count < -1 || (*count == -1 && is != kind::list))
        broken("a length of an answer cannot be read");
    if (*count == -1) return add({});
    if (is == kind::push && !frames_.empty()) broken("a push stands within an answer");
    const auto shown = static_cast<std::uint64_t>(*count);
    if (shown > within_.items_max) count_items(shown);
    return open(is, is == kind::map ? shown * 2 : shown, static_cast<std::uint32_t>(shown));
}

// It says something about the answer behind it that no caller of ours has asked for.
bool parser::begin_attribute(std::string_view length) {
    const auto count = whole_number(length);
    if (!count || *count < 0) broken("a length of an answer cannot be read");
    if (*count == 0) return false;
    const auto shown = static_cast<std::uint64_t>(*count);
    if (shown > within_.items_max) count_items(shown);
    open(kind::map, shown * 2, static_cast<std::uint32_t>(shown));
    frames_.back().attribute = true;
    return false;
}

bool parser::open(kind is, std::size_t elements, std::uint32_t shown) {
    if (frames_.size() >= within_.depth_max)
        broken(fmt::format("an answer is nested deeper than {}", within_.depth_max));
    count_items(1);
    if (items_ + elements > within_.items_max) count_items(elements);
    if (frames_.empty()) nodes_.reserve(std::min(elements + 1, nodes_reserve));
    const auto at = nodes_.size();
    auto& made = nodes_.emplace_back();
    made.is = is;
    made.size = shown;
    if (elements == 0) return completed();
    frames_.push_back({at, elements, texts_.size(), false});
    return false;
}

bool parser::add(const detail::node& what) {
    count_items(1);
    if (frames_.empty())
        only_ = what;
    else
        nodes_.push_back(what);
    return completed();
}

bool parser::add_text(kind is, std::string_view text) {
    weigh(text.size());
    detail::node made;
    made.is = is;
    made.at = texts_.size();
    made.size = static_cast<std::uint32_t>(text.size());
    texts_.append(text);
    return add(made);
}

bool parser::completed() {
    while (!frames_.empty()) {
        auto& list = frames_.back();
        if (--list.left > 0) return false;
        const auto ended = list;
        frames_.pop_back();
        if (ended.attribute) {
            nodes_.resize(ended.node);
            texts_.resize(ended.texts);
            return false;
        }
        nodes_[ended.node].span = static_cast<std::uint32_t>(nodes_.size() - ended.node);
    }
    return true;
}

void parser::count_items(std::uint64_t more) {
    items_ += more;
    if (items_ > within_.items_max)
        broken(fmt::format("an answer has more than {} items", within_.items_max));
}

void parser::weigh(std::size_t more) {
    if (texts_.size() + more > within_.answer_bytes_max)
        broken(fmt::format("an answer has more than {} bytes of text", within_.answer_bytes_max));
}

}  // namespace headroom::redis
