#include "headroom/testing/detail/postgres_template.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <stdexcept>

#include "headroom/testing/child_process.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::testing::detail {
namespace fs = std::filesystem;
namespace {

// Another version of the server, or of the options below, is another template.
constexpr int template_revision = 1;

class file_lock {
public:
    explicit file_lock(const fs::path& path)
        : file_(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666)) {
        if (file_ < 0 || flock(file_, LOCK_EX) != 0)
            throw std::runtime_error("cannot lock " + path.string());
    }
    ~file_lock() { close(file_); }
    file_lock(const file_lock&) = delete;
    file_lock& operator=(const file_lock&) = delete;

private:
    const int file_;
};

std::string template_name(const std::string& initdb) {
    const auto built = fs::last_write_time(fs::canonical(initdb)).time_since_epoch().count();
    const auto key = std::hash<std::string>{}(fmt::format("{} {}", initdb, built));
    return fmt::format("cluster-{}-{:016x}", template_revision, key);
}

void initialise(const std::string& initdb, const fs::path& into) {
    temp_directory work;
    give_to(server_user(), work.path());
    program make{.arguments = {initdb, "--no-sync", "--pgdata=" + work.file("data"),
                               "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8",
                               "--auth=trust", "--wal-segsize=1"},
                 .as = server_user()};
    const auto done = run_program(make);
    if (done.code != 0) throw std::runtime_error("initdb failed: " + done.errors);
    const fs::path half_done = into.string() + ".half";
    fs::remove_all(half_done);
    fs::copy(work.file("data"), half_done, fs::copy_options::recursive);
    fs::rename(half_done, into);
}

}  // namespace

void copy_fresh_cluster(const std::string& initdb, const fs::path& into) {
    const fs::path cache = HEADROOM_TEST_CACHE;
    fs::create_directories(cache);
    const auto source = cache / template_name(initdb);
    {
        file_lock lock(cache / "lock");
        if (!fs::exists(source)) initialise(initdb, source);
    }
    fs::copy(source, into, fs::copy_options::recursive);
    fs::permissions(into, fs::perms(0700));  // the server insists
    give_to(server_user(), into);
}

}  // namespace headroom::testing::detail
