// `headroom audit --watch` on a real terminal: drawn in place, in its size, put back at the end.
#include <fmt/format.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "command/audit_crowd_fixture.hpp"
#include "command/audit_fixture.hpp"
#include "command/terminal_fixture.hpp"
#include "headroom/runtime/deadline.hpp"
#include "headroom/testing/private_postgres.hpp"

namespace headroom::command {
namespace {

using namespace std::chrono_literals;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::chrono::seconds watch_bound{20};
constexpr std::string_view screen_on = "\x1b[?1049h", screen_off = "\x1b[?1049l";
constexpr std::string_view cursor_on = "\x1b[?25h", wraps = "\x1b[?7h";

}  // namespace

terminal_program::terminal_program(std::vector<std::string> arguments, unsigned short rows,
                                   unsigned short columns) {
    std::vector<char*> words;
    for (auto& each : arguments) words.push_back(each.data());
    words.push_back(nullptr);
    const winsize size{rows, columns, 0, 0};
    pid_ = forkpty(&terminal_, nullptr, nullptr, &size);
    if (pid_ != 0) return;
    execv(words[0], words.data());
    _exit(127);
}

terminal_program::~terminal_program() {
    if (pid_ > 0) {
        kill(pid_, SIGKILL);
        waitpid(pid_, nullptr, 0);
    }
    close(terminal_);
}

void terminal_program::resize(unsigned short rows, unsigned short columns) const {
    const winsize size{rows, columns, 0, 0};
    EXPECT_EQ(ioctl(terminal_, TIOCSWINSZ, &size), 0);
}

void terminal_program::type(const std::string& keys) const {
    EXPECT_EQ(write(terminal_, keys.data(), keys.size()), std::ssize(keys));
}

void terminal_program::signal(int number) const { kill(pid_, number); }

bool terminal_program::read_some(std::chrono::milliseconds wait) {
    pollfd one{terminal_, POLLIN, 0};
    if (poll(&one, 1, static_cast<int>(wait.count())) <= 0) return false;
    std::string more(4096, '\0');
    const auto got = read(terminal_, more.data(), more.size());  // EIO: nobody is there any more
    if (got > 0) written_.append(more, 0, static_cast<std::size_t>(got));
    return got > 0;
}

std::string terminal_program::shows(const std::string& part) {
    const auto until = deadline::after(watch_bound);
    while (written_.find(part) == std::string::npos)
        if (until.passed() || !read_some(until.left())) return {};
    return written_;
}

testing::exit_status terminal_program::end() {
    const auto until = deadline::after(watch_bound);
    while (!until.passed() && read_some(until.left())) continue;
    EXPECT_FALSE(until.passed()) << written_;
    int status = 0;
    waitpid(std::exchange(pid_, 0), &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 0,
            WIFSIGNALED(status) ? WTERMSIG(status) : 0};
}

termios terminal_program::modes() const {
    termios now{};
    EXPECT_EQ(tcgetattr(terminal_, &now), 0);
    return now;
}

namespace {

class AuditWatch : public ::testing::Test {
protected:
    static testing::private_postgres& server() {
        static testing::private_postgres one;
        one.create_role("app");
        one.create_role("watch", "LOGIN IN ROLE pg_monitor");
        return one;
    }
    static strings command(strings more = {}) {
        strings all{HEADROOM_COMMAND, "audit",      "--postgres", server().url("watch"),
                    "--watch",        "--interval", "200ms"};
        all.insert(all.end(), more.begin(), more.end());
        return all;
    }
    /// The last whole page that was drawn, a line each, without what steers the terminal.
    static strings last_page(const std::string& written) {
        const auto end = written.rfind("\x1b[J");
        if (end == std::string::npos) return {};
        const auto begin = written.rfind("\x1b[H", end);
        if (begin == std::string::npos) return {};
        strings lines(1);
        for (auto at = begin + 3; at < end; ++at) {
            if (written.compare(at, 3, "\x1b[K") == 0) at += 2;
            else if (written[at] == '\n') lines.emplace_back();
            else if (written[at] != '\r') lines.back() += written[at];
        }
        return lines;
    }
    static bool has_line(const strings& page, std::string_view with) {
        return std::ranges::any_of(page, [&](const auto& line) {
            return line.find(with) != std::string::npos;
        });
    }
    /// What stands on the first screen after the second one was left.
    static std::string after_it(const std::string& written) {
        const auto at = written.rfind(screen_off);
        return at == std::string::npos ? "" : written.substr(at + screen_off.size());
    }
};

TEST_F(AuditWatch, DrawsThePageInPlaceAndWhatChangesInIt) {
    terminal_program watch(command(), 60, 120);
    ASSERT_THAT(watch.shows("live 0, free 97"), HasSubstr(screen_on));
    crowd people;
    people.join(3, server().url("app"), "web");
    EXPECT_FALSE(watch.shows("live 3, free 94").empty()) << watch.written();
    EXPECT_FALSE(watch.shows("Peaks").empty());
    EXPECT_THAT(watch.written(), Not(HasSubstr("\x1b[2J"))) << "a screen that is wiped flickers";
}

TEST_F(AuditWatch, ShowsWhatIsOverAsAPeak) {
    terminal_program watch(command(), 60, 120);
    ASSERT_FALSE(watch.shows("live 0, free 97").empty());
    {
        crowd people;
        people.join(3, server().url("app"), "web");
        ASSERT_FALSE(watch.shows("live 3, free 94").empty());
    }
    EXPECT_FALSE(watch.shows("live 3 at peak, 0 now; free 94, 97 now").empty());
}

TEST_F(AuditWatch, KeepsToTheSizeOfTheTerminalAndSaysWhatIsCut) {
    terminal_program watch(command(), 50, 200);
    ASSERT_FALSE(watch.shows("\x1b[J").empty());
    watch.take();
    watch.resize(12, 40);
    strings page;
    const auto until = deadline::after(watch_bound);
    do {
        ASSERT_FALSE(until.passed()) << watch.written();
        ASSERT_FALSE(watch.shows("\x1b[J").empty());
        page = last_page(watch.written());
        watch.take();
    } while (page.size() != 12);
    EXPECT_THAT(page.back(), HasSubstr(" more lines"));
    for (const auto& line : page) EXPECT_LE(line.size(), 40u) << line;
    EXPECT_TRUE(has_line(page, "PostgreSQL watch@"));
    watch.resize(200, 150);
    do {
        ASSERT_FALSE(until.passed()) << watch.written();
        ASSERT_FALSE(watch.shows("\x1b[J").empty());
        page = last_page(watch.written());
        watch.take();
    } while (page.size() <= 12);
    EXPECT_FALSE(has_line(page, " more lines"));
    EXPECT_TRUE(has_line(page, "max_connections"));
}

TEST_F(AuditWatch, PutsTheTerminalBackOnCtrlCAndLeavesTheReport) {
    terminal_program watch(command(), 40, 120);
    const auto before = watch.modes();
    ASSERT_FALSE(watch.shows("\x1b[J").empty());
    watch.type("\x03");
    const auto ended = watch.end();
    EXPECT_EQ(ended.code, 0);
    EXPECT_EQ(ended.signal, 0);
    for (const auto part : {cursor_on, wraps, screen_off})
        EXPECT_THAT(watch.written(), HasSubstr(part));
    const auto after = watch.modes();
    EXPECT_EQ(after.c_lflag, before.c_lflag);
    EXPECT_EQ(after.c_oflag, before.c_oflag);
    EXPECT_THAT(after_it(watch.written()), HasSubstr("PostgreSQL watch@"));
    EXPECT_THAT(after_it(watch.written()), Not(HasSubstr("\x1b[H")));
}

TEST_F(AuditWatch, PutsTheTerminalBackOnSigterm) {
    terminal_program watch(command(), 40, 120);
    ASSERT_FALSE(watch.shows("\x1b[J").empty());
    watch.signal(SIGTERM);
    EXPECT_EQ(watch.end().code, 0);
    EXPECT_THAT(after_it(watch.written()), HasSubstr("PostgreSQL watch@"));
}

TEST_F(AuditWatch, EndsByItselfAfterTheTimeToSample) {
    terminal_program watch(command({"--sample", "1s"}), 40, 120);
    EXPECT_EQ(watch.end().code, 0);
    EXPECT_THAT(watch.written(), HasSubstr(screen_on));
    EXPECT_THAT(after_it(watch.written()), HasSubstr(" looks from "));
}

TEST_F(AuditWatch, TellsHowFarASampleIsWhereNothingIsDrawn) {
    terminal_program sample({HEADROOM_COMMAND, "audit", "--postgres", server().url("watch"),
                             "--sample", "1s", "--interval", "100ms"},
                            40, 120);
    EXPECT_EQ(sample.end().code, 0);
    EXPECT_THAT(sample.written(), HasSubstr("1 s left, Ctrl-C ends"));
    EXPECT_THAT(sample.written(), Not(HasSubstr(screen_on)));
    const auto report = sample.written().rfind("\r\x1b[K");
    ASSERT_NE(report, std::string::npos);
    EXPECT_THAT(sample.written().substr(report), HasSubstr("PostgreSQL watch@"))
        << "the report begins on a line of its own";
}

}  // namespace
}  // namespace headroom::command
