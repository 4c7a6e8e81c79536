#include "headroom/runtime/stop_signals.hpp"

#include <sys/time.h>
#include <unistd.h>

#include <boost/assert.hpp>
#include <cerrno>
#include <cstring>

#include "headroom/budget/exit_code.hpp"

namespace headroom {
namespace {

void say(const char* what) {
    if (write(STDERR_FILENO, what, std::strlen(what)) < 0) return;  // nobody listens
}

// A signal handler: only what is async-signal-safe.
extern "C" void headroom_end_at_once(int signal) {
    if (signal == SIGALRM) {
        say("headroom: the drain did not end in time; ending at once\n");
        _exit(budget::exit_code::internal);
    }
    say("headroom: a second signal; ending at once\n");
    _exit(128 + signal);
}

void handle(int signal, void (*by)(int)) {
    struct sigaction action {};
    action.sa_handler = by;
    sigaction(signal, &action, nullptr);
}

void set_alarm(std::chrono::milliseconds in) {
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(in);
    const itimerval once{{0, 0},
                         {seconds.count(), std::chrono::microseconds(in - seconds).count()}};
    setitimer(ITIMER_REAL, &once, nullptr);
}

}  // namespace

stop_signals::stop_signals(std::initializer_list<int> also) : main_(pthread_self()) {
    sigemptyset(&watched_);
    sigaddset(&watched_, SIGTERM);
    sigaddset(&watched_, SIGINT);
    for (const int each : also) sigaddset(&watched_, each);
    pthread_sigmask(SIG_BLOCK, &watched_, &mask_before_);
    struct sigaction ignore {};
    ignore.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignore, &pipe_before_);
}

stop_signals::~stop_signals() {
    pthread_sigmask(SIG_BLOCK, &watched_, nullptr);
    set_alarm(std::chrono::milliseconds(0));
    for (const int each : {SIGTERM, SIGINT, SIGALRM}) handle(each, SIG_DFL);
    const timespec at_once{0, 0};
    while (sigtimedwait(&watched_, nullptr, &at_once) > 0) continue;
    sigaction(SIGPIPE, &pipe_before_, nullptr);
    pthread_sigmask(SIG_SETMASK, &mask_before_, nullptr);
}

bool stop_signals::pending() const noexcept {
    sigset_t waiting;
    sigpending(&waiting);
    return sigismember(&waiting, SIGTERM) == 1 || sigismember(&waiting, SIGINT) == 1;
}

int stop_signals::wait() noexcept {
    int which = 0;
    sigwait(&watched_, &which);
    return which;
}

int stop_signals::wait_until(deadline until) noexcept {
    while (true) {
        const auto left = until.left();
        const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
        const timespec wait{seconds.count(), std::chrono::nanoseconds(left - seconds).count()};
        const int which = sigtimedwait(&watched_, nullptr, &wait);
        if (which > 0) return which;
        if (errno != EINTR && until.passed()) return 0;
    }
}

// To the process and not to a thread, so that pending() shows it to every thread.
void stop_signals::raise() const noexcept { kill(getpid(), SIGTERM); }

void stop_signals::end_program_at_next(std::chrono::milliseconds bound) noexcept {
    BOOST_ASSERT_MSG(pthread_equal(main_, pthread_self()), "signals are main's");
    for (const int each : {SIGTERM, SIGINT, SIGALRM}) handle(each, headroom_end_at_once);
    set_alarm(bound);
    pthread_sigmask(SIG_UNBLOCK, &watched_, nullptr);
}

}  // namespace headroom
