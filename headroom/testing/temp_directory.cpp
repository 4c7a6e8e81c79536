#include "headroom/testing/temp_directory.hpp"

#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <system_error>

namespace headroom::testing {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t base_length_max = 40;  // leaves 60 bytes for a socket's name
constexpr std::uintmax_t memory_min = 2'000'000'000;

// Reads until the test is gone; wakes frozen servers, asks them to end, insists, cleans up.
constexpr const char* watch = R"(
while read -r line; do :; done
for file in "$1"/*.pid; do
  [ -r "$file" ] || continue
  pid=$(cat "$file"); below=$(cat /proc/"$pid"/task/*/children 2>/dev/null)
  kill -CONT "$pid" $below 2>/dev/null
  kill -QUIT "$pid" 2>/dev/null
  for try in 1 2 3 4 5 6 7 8 9 10; do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
  kill -KILL "$pid" $below 2>/dev/null
done
rm -rf "$1"
)";

// TMPDIR where it is short enough; else memory, where there is room: a database cluster is 40 MB
// of small files, which a busy disk takes seconds to copy.
std::string base_directory() {
    const char* named = getenv("TMPDIR");
    if (named != nullptr && std::string_view(named).size() <= base_length_max) return named;
    std::error_code none;
    const bool roomy = fs::space("/dev/shm", none).available >= memory_min && !none &&
                       access("/dev/shm", W_OK) == 0;
    return roomy ? "/dev/shm" : "/tmp";
}

std::string make_directory() {
    auto name = base_directory() + "/hr-XXXXXX";
    if (mkdtemp(name.data()) == nullptr)
        throw std::system_error(errno, std::generic_category(), name);
    fs::permissions(name, fs::perms(0755));  // a server's user must get through
    return name;
}

}  // namespace

temp_directory::temp_directory() : path_(make_directory()) { start_watchdog(); }

void temp_directory::start_watchdog() {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0)
        throw std::system_error(errno, std::generic_category(), "pipe");
    alive_ = ends[1];
    const char* const arguments[] = {"sh",          "-c",   watch, "headroom-watchdog",
                                     path_.c_str(), nullptr};
    watchdog_ = fork();
    if (watchdog_ != 0) {
        close(ends[0]);
        return;
    }
    setsid();
    dup2(ends[0], STDIN_FILENO);
    const int null = open("/dev/null", O_WRONLY);
    dup2(null, STDOUT_FILENO);
    dup2(null, STDERR_FILENO);
    close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    execv("/bin/sh", const_cast<char* const*>(arguments));
    _exit(127);
}

temp_directory::~temp_directory() {
    if (watchdog_ > 0) {
        kill(watchdog_, SIGKILL);
        waitpid(watchdog_, nullptr, 0);
    }
    close(alive_);
    std::error_code ignored;
    fs::remove_all(path_, ignored);
}

std::string temp_directory::write(std::string_view name, std::string_view content) const {
    auto path = file(name);
    std::ofstream out(path, std::ios::binary);
    out << content;
    out.close();
    if (!out) throw std::system_error(errno, std::generic_category(), path);
    return path;
}

std::string read_file(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

std::optional<user_and_group> server_user() {
    if (geteuid() != 0) return {};
    for (const char* name : {"postgres", "nobody"})
        if (const auto* entry = getpwnam(name)) return user_and_group{entry->pw_uid, entry->pw_gid};
    throw std::runtime_error("as root, tests need a user `postgres` or `nobody` for servers");
}

void give_to(const std::optional<user_and_group>& owner, const fs::path& tree) {
    if (!owner) return;
    const auto give = [&](const fs::path& each) {
        if (lchown(each.c_str(), owner->first, owner->second) != 0)
            throw std::system_error(errno, std::generic_category(), each.string());
    };
    give(tree);
    for (const auto& each : fs::recursive_directory_iterator(tree)) give(each.path());
}

}  // namespace headroom::testing
