#include "headroom/tasks/wire/json_reader.hpp"

#include <boost/assert.hpp>
#include <charconv>
#include <limits>

#include "headroom/tasks/wire/python_numbers.hpp"
#include "headroom/tasks/wire/wtf8.hpp"

namespace headroom::tasks {
namespace {

constexpr std::size_t escape_digits = 4;

/// Reads by recursive descent, at most limits.depth deep. Throws codec_fault to its only caller.
class json_reading {
public:
    json_reading(std::string_view text, const codec_limits& limits)
        : text_(text), limits_(limits) {}

    value document() {
        auto made = any();
        pass_spaces();
        if (at_ < text_.size()) malformed("something follows the document");
        return made;
    }

private:
    [[noreturn]] void refuse(codec_fault_kind kind, const char* what) const {
        throw codec_fault{kind, what, at_};
    }
    [[noreturn]] void malformed(const char* what) const {
        refuse(codec_fault_kind::malformed, what);
    }

    char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    bool take(std::string_view token) {
        if (!text_.substr(at_).starts_with(token)) return false;
        at_ += token.size();
        return true;
    }
    void pass_spaces() {
        at_ = std::min(text_.find_first_not_of(" \t\n\r", at_), text_.size());
    }
    bool take_next(char mark) {
        pass_spaces();
        return take(std::string_view(&mark, 1));
    }
    void count_value() {
        if (++values_ > limits_.values) refuse(codec_fault_kind::too_many, "values in a document");
    }

    value any();
    value any_array();
    value any_object();
    value number();
    std::string string();
    void escape_into(std::string& made);
    char32_t escaped_unit();

    std::string_view text_;
    const codec_limits& limits_;
    std::size_t at_ = 0;
    std::size_t depth_ = 0;
    std::size_t values_ = 0;
};

value json_reading::any() {
    pass_spaces();
    count_value();
    switch (peek()) {
        case '{': return any_object();
        case '[': return any_array();
        case '"': return string();
        default: break;
    }
    if (take("null")) return {};
    if (take("true")) return true;
    if (take("false")) return false;
    if (take("NaN")) return std::numeric_limits<double>::quiet_NaN();
    if (take("Infinity")) return std::numeric_limits<double>::infinity();
    if (take("-Infinity")) return -std::numeric_limits<double>::infinity();
    return number();
}

value json_reading::any_array() {
    if (++depth_ > limits_.depth) refuse(codec_fault_kind::too_deep, "arrays and objects");
    ++at_;
    array made;
    if (!take_next(']')) {
        do made.push_back(any());
        while (take_next(','));
        if (!take_next(']')) malformed("an array that does not end");
    }
    --depth_;
    return made;
}

value json_reading::any_object() {
    if (++depth_ > limits_.depth) refuse(codec_fault_kind::too_deep, "arrays and objects");
    ++at_;
    std::vector<member> members;
    if (!take_next('}')) {
        do {
            pass_spaces();
            count_value();
            if (peek() != '"') malformed("an object's member without a name");
            auto name = string();
            if (!take_next(':')) malformed("a name without a colon");
            members.push_back({std::move(name), any()});
        } while (take_next(','));
        if (!take_next('}')) malformed("an object that does not end");
    }
    --depth_;
    return object::from(std::move(members));
}

value json_reading::number() {
    const auto first = at_;
    const auto pass_digits = [&] {
        const auto from = at_;
        at_ = std::min(text_.find_first_not_of("0123456789", at_), text_.size());
        return at_ - from;
    };
    take("-");
    if (!take("0") && pass_digits() == 0) malformed("no value");
    bool whole = true;
    const auto rest = text_.substr(at_, 2);
    if (rest.size() == 2 && rest[0] == '.' && rest[1] >= '0' && rest[1] <= '9') {
        whole = false;
        ++at_;
        pass_digits();
    }
    if (const auto mark = at_; take("e") || take("E")) {
        if (!take("+")) take("-");
        if (pass_digits() == 0) at_ = mark;  // "1e" is 1, and something follows it
        else whole = false;
    }
    const auto digits = text_.substr(first, at_ - first);
    if (digits.size() > integer_digits_max + 1)  // and a sign
        refuse(codec_fault_kind::too_large, "digits of a number");
    if (!whole) return nearest_double(digits);
    if (digits == "-0") return 0;
    const auto made = integer_from(digits);
    if (!made) refuse(codec_fault_kind::too_large, "digits of a number");
    return *made;
}

std::string json_reading::string() {
    ++at_;
    std::string made;
    for (;;) {
        auto plain = at_;
        while (plain < text_.size() && text_[plain] != '"' && text_[plain] != '\\' &&
               static_cast<unsigned char>(text_[plain]) >= 0x20)
            ++plain;
        made += text_.substr(at_, plain - at_);
        at_ = plain;
        if (take("\"")) return made;
        if (!take("\\")) malformed("a string that does not end, or a control character in it");
        escape_into(made);
    }
}

void json_reading::escape_into(std::string& made) {
    static constexpr std::string_view letters = "\"\\/bfnrt", meant = "\"\\/\b\f\n\r\t";
    const auto found = at_ < text_.size() ? letters.find(text_[at_]) : letters.npos;
    if (found != letters.npos) {
        ++at_;
        made += meant[found];
    } else if (peek() == 'u') {
        append_code_point(made, escaped_unit());
    } else {
        malformed("an unknown escape");
    }
}

char32_t json_reading::escaped_unit() {
    const auto digits = text_.substr(at_ + 1, escape_digits);
    unsigned unit = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (digits.size() < escape_digits || read.ptr != digits.data() + digits.size())
        malformed("an escape without four hexadecimal digits");
    at_ += 1 + escape_digits;
    return unit;
}

}  // namespace

decoded<value> read_json(std::string_view text, const codec_limits& limits) {
    BOOST_ASSERT(limits.depth <= codec_depth_max);
    if (text.size() > limits.bytes)
        return std::unexpected(codec_fault{codec_fault_kind::too_large, "bytes of a document", 0});
    if (!is_text(text, surrogates::refused))
        return std::unexpected(codec_fault{codec_fault_kind::malformed, "not UTF-8", 0});
    try {
        return json_reading(text, limits).document();
    } catch (const codec_fault& fault) {
        return std::unexpected(fault);
    }
}

}  // namespace headroom::tasks
