// command/live_screen.hpp: a page that is drawn again and again in place, on the terminal.
#pragma once
#include <cstddef>
#include <string>
#include <string_view>

namespace headroom::command {

enum class terminal { output, errors };
bool is_terminal(terminal which) noexcept;

struct terminal_size {
    std::size_t rows = 24, columns = 80;
};

/// The page as it fits: lines cut at the right, and at the bottom a line that says how many more
/// there are. Control characters of names become '?'. Pure.
std::string fitted(std::string_view page, terminal_size to);

/// Standard output as a second screen, from construction to destruction, which puts back what was
/// there before. Requires a terminal. A line is written over the one before it: nothing flickers.
class live_screen {
public:
    live_screen();
    ~live_screen();
    live_screen(const live_screen&) = delete;
    live_screen& operator=(const live_screen&) = delete;

    /// In the size the terminal has now.
    void draw(std::string_view page) const;
};

/// One line on standard error that tells how far long work is; nothing where that is no terminal.
class progress_line {
public:
    ~progress_line();
    void show(std::string_view text);

private:
    const bool shown_ = is_terminal(terminal::errors);
    bool drawn_ = false;
};

}  // namespace headroom::command
