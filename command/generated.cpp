#include "command/generated.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>

#include "command/spelling.hpp"

namespace headroom::command {
namespace {

// A link to nowhere is something, too.
bool anything_there(const std::string& path) {
    struct stat found {};
    return ::lstat(path.c_str(), &found) == 0;
}

[[noreturn]] void cannot_write(const std::string& path, int error) {
    throw usage_error(
        fmt::format("--output: '{}' cannot be written: {}", printable(path), std::strerror(error)));
}

// Never through what stands there already, were it a link to somewhere else.
void write_new(const std::string& path, const std::string& text) {
    errno = 0;
    std::ofstream to(path, std::ios::binary | std::ios::noreplace);
    to << text;
    to.close();
    if (!to) cannot_write(path, errno == 0 ? EIO : errno);
}

// A reader sees the old file or the new one, never half of it.
void replace(const std::string& path, const std::string& text) {
    const auto beside = path + ".new";
    write_new(beside, text);
    if (std::rename(beside.c_str(), path.c_str()) == 0) return;
    const int error = errno;
    std::remove(beside.c_str());
    cannot_write(path, error);
}

}  // namespace

std::string opening(const std::string& what, const chosen_plan& from, std::string_view mark) {
    const auto& title = from.from.title;
    auto text = fmt::format("{0} {1}: written by headroom generate.\n{0} {2}\n{0}\n", mark, what,
                            title.empty() ? "Resource budget" : title);
    text += fmt::format("{0} planned for: {1}\n", mark, budget::describe(from.of.times));
    for (const auto& each : from.notes) text += fmt::format("{} note: {}\n", mark, each);
    return text + fmt::format("{}\n", mark);
}

std::string accounts(const chosen_plan& from, std::string_view mark) {
    std::string text;
    for (const auto& each : budget::make_report(from.of).resources) {
        if (each.all.rows.empty()) continue;
        const auto lines = budget::account_of(each);
        text += fmt::format("{} {}\n", mark, lines.front());
        for (std::size_t i = 1; i < lines.size(); ++i)
            text += fmt::format("{}   {}\n", mark, lines[i]);
    }
    return text + "\n";
}

std::string unknown_maximum(const budget::plan& in, const budget::resource& of, bool guesses) {
    for (const auto& each : in.consumers) {
        if (each.resource != of.name || each.instances == 0 || each.max()) continue;
        if (guesses && each.estimate) continue;
        const bool boundless = each.overflow.kind == budget::overflow_kind::unbounded;
        const auto key = fmt::format("{}.{}", each.name, boundless ? "overflow" : "pool");
        return fmt::format("{}: {}: --set {}=N gives it a number", key,
                           boundless ? "is unbounded" : "is not stated", key);
    }
    return {};
}

void write_all(const std::vector<generated_file>& files, const std::string& folder, bool force) {
    const auto path_of = [&](const generated_file& each) { return folder + "/" + each.name; };
    for (const auto& each : files)
        if (const auto path = path_of(each); !force && anything_there(path))
            throw usage_error(
                fmt::format("--output: '{}' exists; --force replaces it", printable(path)));
    for (const auto& each : files)
        force ? replace(path_of(each), each.text) : write_new(path_of(each), each.text);
}

}  // namespace headroom::command
