// command/terminal_fixture.hpp: a program on a terminal of its own, as somebody who sits before it.
#pragma once
#include <sys/types.h>
#include <termios.h>

#include <chrono>
#include <string>
#include <vector>

#include "headroom/testing/child_process.hpp"

namespace headroom::command {

/// A pseudo-terminal with a program in its foreground. Killed and reaped on destruction.
class terminal_program {
public:
    terminal_program(std::vector<std::string> arguments, unsigned short rows,
                     unsigned short columns);
    ~terminal_program();
    terminal_program(const terminal_program&) = delete;
    terminal_program& operator=(const terminal_program&) = delete;

    /// The kernel tells the program, as when a window changes its size.
    void resize(unsigned short rows, unsigned short columns) const;
    void type(const std::string& keys) const;
    void signal(int number) const;
    /// All that was written since take(), once `part` is in it; empty when it does not come.
    std::string shows(const std::string& part);
    /// Forgets what was written so far.
    void take() { written_.clear(); }
    /// How it ended, everything that it wrote being in written().
    testing::exit_status end();
    const std::string& written() const noexcept { return written_; }
    termios modes() const;

private:
    bool read_some(std::chrono::milliseconds wait);

    int terminal_ = -1;
    pid_t pid_ = 0;
    std::string written_;
};

}  // namespace headroom::command
