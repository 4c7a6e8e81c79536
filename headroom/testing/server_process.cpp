#include "headroom/testing/server_process.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "headroom/testing/eventually.hpp"

namespace headroom::testing {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t log_tail_max = 2'000;

std::vector<fs::path> server_folders(const char* folder_variable) {
    std::vector<fs::path> folders, installed;
    if (const char* named = getenv(folder_variable)) folders.emplace_back(named);
    std::error_code none;
    for (const auto& each : fs::directory_iterator("/usr/lib/postgresql", none))
        installed.push_back(each.path() / "bin");
    std::ranges::sort(installed, std::greater{});
    folders.insert(folders.end(), installed.begin(), installed.end());
    folders.emplace_back("/usr/sbin");
    std::istringstream path(getenv("PATH") != nullptr ? getenv("PATH") : "");
    for (std::string each; std::getline(path, each, ':');) folders.emplace_back(each);
    return folders;
}

// The state follows the name in parentheses; a zombie waits for somebody else to collect it.
bool is_alive(pid_t process) {
    const auto stat = read_file(fmt::format("/proc/{}/stat", process));
    const auto end_of_name = stat.rfind(") ");
    return end_of_name != std::string::npos && stat[end_of_name + 2] != 'Z';
}

}  // namespace

std::string find_server(const std::string& name, const char* folder_variable) {
    for (const auto& folder : server_folders(folder_variable))
        if (access((folder / name).c_str(), X_OK) == 0) return folder / name;
    throw std::runtime_error(fmt::format("no `{}` found; set {} to its folder", name,
                                         folder_variable));
}

void server_process::start(program what, const std::function<bool()>& ready) {
    what.log_file = log_file();
    what.as = server_user();
    what.survives_us = true;  // the watchdog ends it with the process, not with the thread
    child_ = std::make_unique<child_process>(what);
    in_.write(name_ + ".pid", fmt::format("{}\n", child_->pid()));
    const bool done = eventually([&] { return !child_->running() || ready(); }, server_bound);
    if (done && child_->running()) return;
    const auto text = log();
    const auto tail = text.substr(text.size() - std::min(text.size(), log_tail_max));
    crash();
    throw std::runtime_error(fmt::format("{} did not start:\n{}", name_, tail));
}

void server_process::stop(int signal) {
    if (!child_) return;
    child_->signal(signal);
    if (!child_->wait(server_bound)) crash();
    ended();
}

void server_process::crash() {
    if (!child_) return;
    // The parent first: it must not see its children die and start others.
    for (const auto each : everybody()) kill(each, SIGKILL);
    child_->wait();
    ended();
}

void server_process::kill_alone() {
    const auto all = everybody();
    stop(SIGKILL);
    eventually([&] { return std::ranges::none_of(all, is_alive); }, server_bound);
}

void server_process::freeze() const {
    for (const auto each : everybody()) kill(each, SIGSTOP);
}

void server_process::thaw() const {
    for (const auto each : everybody()) kill(each, SIGCONT);
}

std::vector<pid_t> server_process::everybody() const {
    std::vector<pid_t> all;
    if (!child_ || !child_->running()) return all;
    all.push_back(child_->pid());
    std::istringstream below(read_file(fmt::format("/proc/{0}/task/{0}/children", child_->pid())));
    for (pid_t each; below >> each;) all.push_back(each);
    return all;
}

void server_process::ended() {
    fs::remove(in_.file(name_ + ".pid"));
    child_.reset();
}

unsigned short free_port() {
    const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof at;
    const bool bound = bind(probe, reinterpret_cast<sockaddr*>(&at), size) == 0 &&
                       getsockname(probe, reinterpret_cast<sockaddr*>(&at), &size) == 0;
    close(probe);
    if (!bound) throw std::runtime_error("no free port on the loopback interface");
    return ntohs(at.sin_port);
}

}  // namespace headroom::testing
