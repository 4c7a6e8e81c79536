#include "headroom/persistence/migration_script.hpp"

#include <algorithm>
#include <array>

namespace headroom::persistence {
namespace {

bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool starts_word(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (c & 0x80) != 0;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool continues_word(char c) { return starts_word(c) || is_digit(c) || c == '$'; }

std::string lower(std::string_view word) {
    std::string out(word);
    std::ranges::transform(out, out.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return out;
}

/// What is remembered of a statement's words: enough to know a routine and a forbidden command.
struct words_seen {
    std::array<std::string, 4> first;
    std::size_t count = 0;
    std::string last;
    bool from_stdin = false;

    void add(std::string word) {
        if (count < first.size()) first[count] = word;
        ++count;
        from_stdin = from_stdin || (first[0] == "copy" && last == "from" && word == "stdin");
        last = std::move(word);
    }
    bool creates_routine() const {
        if (first[0] != "create") return false;
        const auto& what = first[1] == "or" && first[2] == "replace" ? first[3] : first[1];
        return what == "function" || what == "procedure";
    }
    std::string_view forbidden() const {
        static constexpr std::array<std::string_view, 5> control{"begin", "commit", "rollback",
                                                                 "end", "abort"};
        const bool savepoint = first[0] == "rollback" && first[1] == "to";
        if (std::ranges::find(control, first[0]) != control.end() && !savepoint)
            return "the file runs as one transaction already: remove BEGIN, COMMIT and ROLLBACK";
        if (first[1] == "transaction" && (first[0] == "start" || first[0] == "prepare"))
            return "the file runs as one transaction already";
        if (from_stdin) return "COPY FROM STDIN has no data here: use INSERT";
        return {};
    }
};

class splitter {
public:
    explicit splitter(std::string_view script) : script_(script) {}

    std::expected<std::vector<script_statement>, script_fault> split() {
        if (script_.size() > script_bytes_max) fail("the file is larger than 1 MiB");
        while (!failed() && at_ < script_.size()) step();
        if (!failed()) end_statement();
        if (failed()) return std::unexpected(fault_);
        return std::move(found_);
    }

private:
    bool failed() const { return !fault_.what.empty(); }
    char peek(std::size_t ahead = 0) const {
        return at_ + ahead < script_.size() ? script_[at_ + ahead] : '\0';
    }
    void advance(std::size_t by = 1) {
        for (; by > 0 && at_ < script_.size(); --by)
            if (script_[at_++] == '\n') ++line_;
    }
    void fail(std::string_view what) { fail_at(line_, what); }
    void fail_at(int line, std::string_view what) {
        if (!failed()) fault_ = {line, std::string(what)};
    }

    void step() {
        const char c = peek();
        if (c == '\0') return fail("the file contains a zero byte");
        if (is_space(c)) return advance();
        if (c == '-' && peek(1) == '-') return skip_line();
        if (c == '/' && peek(1) == '*') return skip_comment();
        if (c == ';' && parentheses_ == 0 && routine_depth_ == 0) return end_statement();
        if (c == '\\') return fail("commands of psql cannot be used here");
        begin_token();
        if (c == '\'') return skip_quoted('\'', false);
        if (c == '"') return skip_quoted('"', false);
        if (c == '$') return dollar();
        if (starts_word(c)) return word();
        if (is_digit(c)) return number();
        if (c == '(' && ++parentheses_ > script_depth_max) return fail("too many parentheses");
        if (c == ')' && --parentheses_ < 0) return fail("a closing parenthesis too many");
        end_token(1);
    }

    void begin_token() {
        if (begin_ != std::string_view::npos) return;
        begin_ = at_;
        begin_line_ = line_;
    }
    void end_token(std::size_t length) {
        advance(length);
        end_ = at_;
    }

    void skip_line() {
        while (at_ < script_.size() && peek() != '\n') advance();
    }

    void skip_comment() {
        const int opened = line_;
        int depth = 0;
        while (at_ < script_.size()) {
            const bool opens = peek() == '/' && peek(1) == '*';
            const bool closes = peek() == '*' && peek(1) == '/';
            advance(opens || closes ? 2 : 1);
            if (opens && ++depth > script_depth_max) return fail_at(opened, "comments too deep");
            if (closes && --depth == 0) return;
        }
        fail_at(opened, "the comment is not closed");
    }

    void skip_quoted(char quote, bool escapes) {
        const int opened = line_;
        advance();
        while (at_ < script_.size()) {
            if (peek() == '\0') return fail("the file contains a zero byte");
            if (escapes && peek() == '\\') {
                advance(2);
            } else if (peek() != quote) {
                advance();
            } else if (peek(1) == quote) {
                advance(2);
            } else {
                return end_token(1);
            }
        }
        fail_at(opened,
                quote == '"' ? "the quoted name is not closed" : "the quoted string is not closed");
    }

    void dollar() {
        std::size_t length = 1;
        while (starts_word(peek(length)) || (length > 1 && is_digit(peek(length)))) ++length;
        if (peek(length) != '$') return end_token(1);  // a parameter, or the server's to refuse
        const auto tag = script_.substr(at_, length + 1);
        const int opened = line_;
        const auto close = script_.find(tag, at_ + tag.size());
        if (close == std::string_view::npos)
            return fail_at(opened, "the dollar-quoted string is not closed");
        const auto body = script_.substr(at_, close - at_);
        if (body.find('\0') != std::string_view::npos) return fail("the file contains a zero byte");
        end_token(close + tag.size() - at_);
    }

    void number() {
        std::size_t length = 1;
        while (continues_word(peek(length)) || peek(length) == '.') ++length;
        end_token(length);
    }

    void word() {
        std::size_t length = 1;
        while (continues_word(peek(length))) ++length;
        const auto text = script_.substr(at_, length);
        const bool escape_string = (text == "e" || text == "E") && peek(length) == '\'';
        end_token(length);
        if (escape_string) return skip_quoted('\'', true);
        auto lowered = lower(text);
        follow_routine(lowered);
        words_.add(std::move(lowered));
    }

    /// The body of an SQL routine, BEGIN ATOMIC ... END, contains semicolons of its own.
    void follow_routine(std::string_view word) {
        if (!words_.creates_routine() || parentheses_ > 0) return;
        if (word == "begin" || (word == "case" && routine_depth_ > 0)) ++routine_depth_;
        if (word == "end" && routine_depth_ > 0) --routine_depth_;
    }

    void end_statement() {
        if (parentheses_ > 0) return fail_at(begin_line_, "a parenthesis is not closed");
        if (routine_depth_ > 0) return fail_at(begin_line_, "BEGIN ATOMIC has no END");
        if (const auto why = words_.forbidden(); !why.empty()) return fail_at(begin_line_, why);
        if (begin_ != std::string_view::npos)
            found_.push_back({script_.substr(begin_, end_ - begin_), begin_line_});
        if (found_.size() > script_statements_max) return fail("more than 2000 statements");
        begin_ = std::string_view::npos;
        words_ = {};
        advance();
    }

    const std::string_view script_;
    std::vector<script_statement> found_;
    script_fault fault_;
    words_seen words_;
    std::size_t at_ = 0, end_ = 0;
    std::size_t begin_ = std::string_view::npos;
    int line_ = 1, begin_line_ = 1, parentheses_ = 0, routine_depth_ = 0;
};

}  // namespace

std::expected<std::vector<script_statement>, script_fault> split_script(std::string_view script) {
    return splitter(script).split();
}

}  // namespace headroom::persistence
