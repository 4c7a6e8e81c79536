#include "headroom/testing/child_process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <system_error>

#include "headroom/testing/eventually.hpp"

namespace headroom::testing {
namespace {

int open_sink(const std::string& log_file) {
    const int sink = log_file.empty()
                         ? memfd_create("output", MFD_CLOEXEC)
                         : open(log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    if (sink < 0) throw std::system_error(errno, std::generic_category(), "output of a program");
    return sink;
}

std::vector<std::string> environment_of(const program& what) {
    std::vector<std::string> all;
    for (char** each = environ; !what.clean_environment && *each != nullptr; ++each) {
        const std::string entry = *each;
        if (!what.environment.contains(entry.substr(0, entry.find('=')))) all.push_back(entry);
    }
    for (const auto& [name, value] : what.environment) all.push_back(name + "=" + value);
    return all;
}

std::vector<char*> pointers(std::vector<std::string>& strings) {
    std::vector<char*> all;
    for (auto& each : strings) all.push_back(each.data());
    all.push_back(nullptr);
    return all;
}

// Everything the child needs is made before the fork: between fork and exec only system calls
// are allowed, because another thread may have held any lock.
struct launch {
    std::vector<std::string> arguments, environment;
    std::vector<char*> argv, envp;
    int out, err;
    const program& what;
    pid_t parent;

    [[noreturn]] void become() {
        setsid();
        reset_signals();
        const int null = open("/dev/null", O_RDONLY);
        dup2(null, STDIN_FILENO);
        dup2(out, STDOUT_FILENO);
        dup2(err, STDERR_FILENO);
        close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
        if (!change_user()) _exit(126);
        // After the change of user, which would clear it.
        if (!what.survives_us) prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (!what.survives_us && getppid() != parent) _exit(126);
        execvpe(argv[0], argv.data(), envp.data());
        _exit(127);
    }
    static void reset_signals() {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        ::signal(SIGPIPE, SIG_DFL);
    }
    bool change_user() const {
        if (!what.as) return true;
        const auto& [user, group] = *what.as;
        return setgroups(0, nullptr) == 0 && setgid(group) == 0 && setuid(user) == 0;
    }
};

std::string read_all(int from) {
    struct stat about {};
    fstat(from, &about);
    std::string text(static_cast<std::size_t>(about.st_size), '\0');
    const auto got = pread(from, text.data(), text.size(), 0);
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return text;
}

}  // namespace

child_process::child_process(const program& what)
    : out_(open_sink(what.log_file)), err_(open_sink(what.log_file)) {
    launch next{what.arguments, environment_of(what), {}, {}, out_, err_, what, getpid()};
    next.argv = pointers(next.arguments);
    next.envp = pointers(next.environment);
    pid_ = fork();
    if (pid_ < 0) throw std::system_error(errno, std::generic_category(), "fork");
    if (pid_ == 0) next.become();
}

child_process::~child_process() {
    if (running()) signal(SIGKILL);
    wait();
    close(out_);
    close(err_);
}

bool child_process::running() { return !wait(std::chrono::milliseconds(0)); }

void child_process::signal(int number) const {
    if (!ended_) kill(pid_, number);
}

std::optional<exit_status> child_process::wait(std::chrono::milliseconds bound) {
    eventually(
        [this] {
            int status = 0;
            if (ended_ || waitpid(pid_, &status, WNOHANG) != pid_) return ended_.has_value();
            ended_ = WIFSIGNALED(status) ? exit_status{0, WTERMSIG(status)}
                                         : exit_status{WEXITSTATUS(status), 0};
            return true;
        },
        bound);
    return ended_;
}

std::string child_process::output() const { return read_all(out_); }
std::string child_process::errors() const { return read_all(err_); }

outcome run_program(const program& what, std::chrono::milliseconds bound) {
    child_process child(what);
    auto ended = child.wait(bound);
    if (!ended) {
        child.signal(SIGKILL);
        ended = child.wait();
    }
    const auto how = ended.value();
    const int code = how.signal == 0 ? how.code : 128 + how.signal;
    return {code, child.output(), child.errors()};
}

}  // namespace headroom::testing
