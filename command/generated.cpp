#include "command/generated.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "command/spelling.hpp"

namespace headroom::command {
namespace {

namespace fs = std::filesystem;

bool anything_there(const fs::path& path) {
    std::error_code ignored;
    return fs::symlink_status(path, ignored).type() != fs::file_type::not_found;
}

[[noreturn]] void cannot_write(const fs::path& path, int error) {
    throw usage_error(fmt::format("--output: '{}' cannot be written: {}", printable(path.string()),
                                  std::strerror(error)));
}

// Never through what stands there already, were it a link to somewhere else.
void write_new(const fs::path& path, const std::string& text) {
    errno = 0;
    std::ofstream to(path, std::ios::binary | std::ios::noreplace);
    to << text;
    to.close();
    if (!to) cannot_write(path, errno == 0 ? EIO : errno);
}

void replace(const fs::path& path, const std::string& text) {
    auto beside = path;
    beside += ".new";
    write_new(beside, text);
    std::error_code wrong;
    fs::rename(beside, path, wrong);
    if (!wrong) return;
    std::error_code ignored;
    fs::remove(beside, ignored);
    cannot_write(path, wrong.value());
}

}  // namespace

std::string opening(const std::string& what, const chosen_plan& from, std::string_view mark) {
    const auto& title = from.from.title;
    auto text = fmt::format("{}{}: written by headroom generate.\n", mark, what);
    const auto bare = mark.substr(0, mark.find(' '));
    text += fmt::format("{}{}\n{}\n", mark, title.empty() ? "Resource budget" : title, bare);
    text += fmt::format("{}planned for: {}\n{}\n", mark, budget::describe(from.of.times), bare);
    for (const auto& each : budget::make_report(from.of).resources) {
        if (each.all.rows.empty()) continue;
        const auto lines = budget::account_of(each);
        text += fmt::format("{}{}\n", mark, lines.front());
        for (std::size_t i = 1; i < lines.size(); ++i)
            text += fmt::format("{}  {}\n", mark, lines[i]);
    }
    for (const auto& each : from.notes) text += fmt::format("{}note: {}\n", mark, each);
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
    for (const auto& each : files)
        if (const auto path = fs::path(folder) / each.name; !force && anything_there(path))
            throw usage_error(fmt::format("--output: '{}' exists; --force replaces it",
                                          printable(path.string())));
    for (const auto& [name, text] : files)
        force ? replace(fs::path(folder) / name, text) : write_new(fs::path(folder) / name, text);
}

}  // namespace headroom::command
