#include "headroom/persistence/redis/command.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/assert.hpp>
#include <charconv>

namespace headroom::redis {
namespace {

constexpr std::size_t head_bytes_max = 12;  // "*1048576\r\n" and a little

bool is_name_letter(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

void append_count(std::string& to, char marker, std::size_t count) {
    std::array<char, 24> text;
    text[0] = marker;
    auto* const end = std::to_chars(text.data() + 1, text.data() + 22, count).ptr;
    end[0] = '\r';
    end[1] = '\n';
    to.append(text.data(), static_cast<std::size_t>(end + 2 - text.data()));
}

std::size_t digits_of(std::size_t count) noexcept {
    std::size_t digits = 1;
    for (; count >= 10; count /= 10) ++digits;
    return digits;
}

bool equal_but_for_case(std::string_view one, std::string_view upper) noexcept {
    return std::ranges::equal(one, upper, [](char a, char b) {
        return (a >= 'a' && a <= 'z' ? static_cast<char>(a - 'a' + 'A') : a) == b;
    });
}

}  // namespace

void command::begin(std::string_view name) {
    BOOST_ASSERT_MSG(!name.empty() && name.size() <= name_bytes_max &&
                         std::ranges::all_of(name, is_name_letter),
                     "the name of a command is a word of the program");
    body_.reserve(64);
    add(name);
    name_size_ = static_cast<std::uint8_t>(name.size());
    name_at_ = static_cast<std::uint8_t>(body_.size() - 2 - name.size());
}

command& command::add(std::string_view word) {
    if (words_ == words_max)
        throw command_too_large(fmt::format("a command has more than {} words", words_max));
    if (word.size() > bytes_max || body_.size() + word.size() > bytes_max - 2 * head_bytes_max)
        throw command_too_large(fmt::format("a command has more than {} bytes", bytes_max));
    append_count(body_, '$', word.size());
    body_.append(word);
    body_.append("\r\n", 2);
    ++words_;
    return *this;
}

command& command::add_signed(std::int64_t number) {
    std::array<char, 24> text;
    const auto* const end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return add({text.data(), static_cast<std::size_t>(end - text.data())});
}

command& command::add_unsigned(std::uint64_t number) {
    std::array<char, 24> text;
    const auto* const end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    return add({text.data(), static_cast<std::size_t>(end - text.data())});
}

std::string_view command::name() const noexcept {
    return std::string_view(body_).substr(name_at_, name_size_);
}

std::size_t command::bytes() const noexcept { return body_.size() + 3 + digits_of(words_); }

void command::append_to(std::string& out) const {
    append_count(out, '*', words_);
    out.append(body_);
}

command command::with_head(std::string_view name, std::string_view second) const {
    BOOST_ASSERT(words_ >= 2);
    std::size_t rest = 0;
    for (int i = 0; i < 2; ++i) {  // "$3\r\nSET\r\n"
        std::size_t size = 0;
        const auto* const digits = body_.data() + rest + 1;
        const auto* const end = std::from_chars(digits, body_.data() + body_.size(), size).ptr;
        rest = static_cast<std::size_t>(end - body_.data()) + 2 + size + 2;
    }
    command made(name, second);
    if (made.body_.size() + body_.size() - rest > bytes_max - 2 * head_bytes_max)
        throw command_too_large(fmt::format("a command has more than {} bytes", bytes_max));
    made.body_.append(body_, rest);
    made.words_ = words_;
    return made;
}

unsigned command::answers_by_push() const noexcept {
    for (const std::string_view each : {"SUBSCRIBE", "UNSUBSCRIBE", "PSUBSCRIBE", "PUNSUBSCRIBE",
                                        "SSUBSCRIBE", "SUNSUBSCRIBE"})
        if (name().size() == each.size() && equal_but_for_case(name(), each)) {
            BOOST_ASSERT_MSG(words_ > 1, "a subscription names its channels");
            return words_ - 1;
        }
    return 0;
}

}  // namespace headroom::redis
