#include "command/live_screen.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <vector>

namespace headroom::command {
namespace {

// ECMA-48 and xterm's private modes: second screen, cursor, and no wrapping at the right margin.
constexpr std::string_view second_screen = "\x1b[?1049h\x1b[?25l\x1b[?7l";
constexpr std::string_view first_screen = "\x1b[?7h\x1b[?25h\x1b[?1049l";
constexpr std::string_view top_left = "\x1b[H", rest_of_line = "\x1b[K", rest_of_screen = "\x1b[J";

void put(int to, std::string_view text) noexcept {
    while (!text.empty()) {
        const auto written = ::write(to, text.data(), text.size());
        if (written < 0 && errno == EINTR) continue;
        if (written < 0) return;  // nobody watches
        text.remove_prefix(static_cast<std::size_t>(written));
    }
}

terminal_size size_now() noexcept {
    winsize is{};
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &is) != 0 || is.ws_row == 0 || is.ws_col == 0) return {};
    return {is.ws_row, is.ws_col};
}

std::vector<std::string_view> split_lines(std::string_view page) {
    std::vector<std::string_view> lines;
    while (!page.empty()) {
        const auto end = std::min(page.find('\n'), page.size());
        lines.push_back(page.substr(0, end));
        page.remove_prefix(std::min(end + 1, page.size()));
    }
    return lines;
}

/// By characters of UTF-8, each taken to be one column wide.
std::string cut_line(std::string_view line, std::size_t columns) {
    std::string made;
    std::size_t width = 0;
    for (const char each : line) {
        const bool continues = (static_cast<unsigned char>(each) & 0xc0U) == 0x80U;
        if (!continues && ++width > columns) break;
        const bool control = (each >= 0 && each < ' ') || each == '\x7f';
        made += control ? '?' : each;
    }
    return made;
}

}  // namespace

bool is_terminal(terminal which) noexcept {
    return isatty(which == terminal::output ? STDOUT_FILENO : STDERR_FILENO) == 1;
}

std::string fitted(std::string_view page, terminal_size to) {
    const auto lines = split_lines(page);
    const bool all = lines.size() <= to.rows;
    const auto shown = all ? lines.size() : to.rows - 1;
    std::string made;
    for (std::size_t i = 0; i < shown; ++i) {
        if (i > 0) made += '\n';
        made += cut_line(lines[i], to.columns);
    }
    if (all) return made;
    if (shown > 0) made += '\n';
    return made + cut_line(fmt::format("... {} more lines: a higher window or --sample shows them",
                                       lines.size() - shown),
                           to.columns);
}

live_screen::live_screen() { put(STDOUT_FILENO, second_screen); }

live_screen::~live_screen() { put(STDOUT_FILENO, first_screen); }

void live_screen::draw(std::string_view page) const {
    const auto text = fitted(page, size_now());
    std::string drawn(top_left);
    for (bool first = true; const auto line : split_lines(text)) {
        if (!first) drawn += "\r\n";
        first = false;
        drawn.append(line).append(rest_of_line);
    }
    drawn += rest_of_screen;
    put(STDOUT_FILENO, drawn);
}

progress_line::~progress_line() {
    if (drawn_) put(STDERR_FILENO, fmt::format("\r{}", rest_of_line));
}

void progress_line::show(std::string_view text) {
    if (!shown_) return;
    drawn_ = true;
    put(STDERR_FILENO, fmt::format("\r{}{}", text, rest_of_line));
}

}  // namespace headroom::command
