#include "headroom/runtime/dotenv.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <unordered_map>

namespace headroom {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";
constexpr std::string_view blanks = " \t\r";

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

std::string_view trim_end(std::string_view text) {
    const auto last = text.find_last_not_of(blanks);
    return last == std::string_view::npos ? std::string_view() : text.substr(0, last + 1);
}

// Reads a file once from front to back; every step leaves it at the beginning of a line.
class reader {
public:
    explicit reader(std::string_view text) : rest_(text) {
        if (rest_.starts_with(byte_order_mark)) rest_.remove_prefix(byte_order_mark.size());
    }

    dotenv read_all() {
        while (!rest_.empty() && found_.faults.size() < dotenv_faults_max) read_line();
        return std::move(found_);
    }

private:
    void read_line() {
        const auto at = line_;
        skip_blanks();
        if (at_line_end()) return skip_line();
        auto name = read_name();
        auto value = name ? read_value() : std::nullopt;
        if (value) assign({std::move(*name), std::move(*value), at});
    }

    // Stands after '=' on success; reports, skips the line and answers nothing otherwise.
    std::optional<std::string> read_name() {
        auto word = take_word();
        if (word == "export" && !rest_.empty() && blanks.contains(rest_.front())) {
            skip_blanks();
            word = take_word();
        }
        skip_blanks();
        if (!is_variable_name(word)) return fail("a line is NAME=value; this begins with no name");
        if (rest_.empty() || rest_.front() != '=')
            return fail(fmt::format("{} is not followed by '='", word));
        rest_.remove_prefix(1);
        return std::string(word);
    }

    std::optional<std::string> read_value() {
        skip_blanks();
        if (!rest_.empty() && (rest_.front() == '"' || rest_.front() == '\'')) return read_quoted();
        const auto line = rest_.substr(0, rest_.find('\n'));
        const auto value = trim_end(line.substr(0, comment_in(line)));
        const bool control = std::ranges::any_of(
            value, [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t'; });
        if (control) return fail("a control character stands in the value; quote it");
        skip_line();
        return std::string(value);
    }

    static std::size_t comment_in(std::string_view line) {
        if (line.starts_with('#')) return 0;
        return std::min(line.find(" #"), line.find("\t#"));
    }

    std::optional<std::string> read_quoted() {
        const char quote = rest_.front();
        const auto opened_in = line_;
        std::string value;
        rest_.remove_prefix(1);
        while (!rest_.empty() && rest_.front() != quote) value += take_quoted(quote);
        if (rest_.empty()) return fail("the quote is never closed", opened_in);
        rest_.remove_prefix(1);
        skip_blanks();
        if (!at_line_end()) return fail("text follows the closing quote");
        skip_line();
        if (value.contains('\0')) {
            report("a value cannot hold a NUL", opened_in);
            return std::nullopt;
        }
        return value;
    }

    // The next character of a quoted value, its escape undone.
    std::string take_quoted(char quote) {
        const char c = rest_.front();
        const char next = rest_.size() > 1 ? rest_[1] : '\0';
        constexpr std::string_view escapes = "nrt\"'\\", meanings = "\n\r\t\"'\\";
        const auto escape = c == '\\' && quote == '"' ? escapes.find(next) : std::string_view::npos;
        if (c == '\n') ++line_;
        rest_.remove_prefix(escape == std::string_view::npos ? 1 : 2);
        if (escape != std::string_view::npos) return {meanings[escape]};
        return c == '\r' && next == '\n' ? std::string() : std::string(1, c);
    }

    void assign(assignment made) {
        if (made.value.size() > variable_value_max)
            return report(fmt::format("{} is longer than {} bytes", made.name, variable_value_max),
                          made.line);
        const auto [seen, first] = lines_.try_emplace(made.name, found_.assignments.size());
        if (first) return found_.assignments.push_back(std::move(made));
        const auto& before = found_.assignments[seen->second];
        if (before.value != made.value)
            report(fmt::format("{} was set to another value in line {}", made.name, before.line),
                   made.line);
    }

    std::string_view take_word() {
        const auto end =
            std::ranges::find_if_not(rest_, [](char c) { return is_letter(c) || is_digit(c); });
        const auto word = rest_.substr(0, static_cast<std::size_t>(end - rest_.begin()));
        rest_.remove_prefix(word.size());
        return word;
    }

    void skip_blanks() {
        rest_.remove_prefix(std::min(rest_.find_first_not_of(blanks), rest_.size()));
    }
    bool at_line_end() const {
        return rest_.empty() || rest_.front() == '\n' || rest_.front() == '#';
    }
    void skip_line() {
        const auto end = rest_.find('\n');
        rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
        ++line_;
    }

    void report(std::string problem, unsigned line) {
        found_.faults.push_back({line, std::move(problem)});
    }
    std::nullopt_t fail(std::string problem, unsigned line = 0) {
        report(std::move(problem), line == 0 ? line_ : line);
        if (!rest_.empty()) skip_line();
        return std::nullopt;
    }

    std::string_view rest_;
    unsigned line_ = 1;
    dotenv found_;
    std::unordered_map<std::string, std::size_t> lines_;
};

}  // namespace

bool is_variable_name(std::string_view text) noexcept {
    if (text.empty() || text.size() > variable_name_max || is_digit(text.front())) return false;
    return std::ranges::all_of(text, [](char c) { return is_letter(c) || is_digit(c); });
}

dotenv parse_dotenv(std::string_view text) {
    if (text.size() > dotenv_bytes_max)
        return {{}, {{1, fmt::format("the file is larger than {} bytes", dotenv_bytes_max)}}};
    auto found = reader(text).read_all();
    if (found.assignments.size() > dotenv_assignments_max)
        return {{}, {{1, fmt::format("more than {} assignments", dotenv_assignments_max)}}};
    return found;
}

}  // namespace headroom
