#include "command/source_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <istream>
#include <optional>

namespace headroom::command {
namespace {

namespace fs = std::filesystem;

std::unexpected<fault> of_file(std::string what) {
    return std::unexpected(fault{0, "file", std::move(what)});
}

// One byte more than is accepted, so that a longer source is noticed and never read whole.
std::string read_bounded(std::istream& from) {
    std::string bytes(source_bytes_max + 1, '\0');
    from.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(from.gcount()));
    return bytes;
}

/// How many bytes the UTF-8 sequence at `at` has; 0 when it is none.
std::size_t sequence_at(std::string_view bytes, std::size_t at) {
    const auto lead = static_cast<unsigned char>(bytes[at]);
    if (lead < 0x80) return 1;
    const std::size_t length = lead >= 0xF0 && lead < 0xF5   ? 4
                               : lead >= 0xE0 && lead < 0xF0 ? 3
                               : lead >= 0xC2 && lead < 0xE0 ? 2
                                                             : 0;
    if (length == 0 || at + length > bytes.size()) return 0;
    const auto continues = [](char each) {
        return (static_cast<unsigned char>(each) & 0xC0) == 0x80;
    };
    if (!std::ranges::all_of(bytes.substr(at + 1, length - 1), continues)) return 0;
    const auto second = static_cast<unsigned char>(bytes[at + 1]);
    const bool overlong = (lead == 0xE0 && second < 0xA0) || (lead == 0xF0 && second < 0x90);
    const bool surrogate = lead == 0xED && second >= 0xA0;
    const bool beyond = lead == 0xF4 && second >= 0x90;
    return overlong || surrogate || beyond ? 0 : length;
}

bool is_control(char each) {
    const auto byte = static_cast<unsigned char>(each);
    return (byte < 0x20 && each != '\n' && each != '\t' && each != '\r') || byte == 0x7F;
}

std::optional<std::size_t> first_stray_byte(std::string_view bytes) {
    for (std::size_t at = 0; at < bytes.size();) {
        const auto length = sequence_at(bytes, at);
        if (length == 0 || is_control(bytes[at])) return at;
        at += length;
    }
    return {};
}

/// A descriptor of ours: a pipe there has somebody at its other end, or ends.
bool was_handed_over(std::string_view path) {
    return path == "/dev/stdin" || path.starts_with("/dev/fd/") ||
           path.starts_with("/proc/self/fd/");
}

}  // namespace

std::expected<std::string, fault> check_source(std::string bytes) {
    if (bytes.size() > source_bytes_max)
        return of_file(fmt::format("is larger than the {} bytes that are read", source_bytes_max));
    if (const auto at = first_stray_byte(bytes)) {
        const auto before = bytes.begin() + static_cast<std::ptrdiff_t>(*at);
        const auto line = static_cast<unsigned>(std::count(bytes.begin(), before, '\n')) + 1;
        return std::unexpected(fault{line, "file",
                                     fmt::format("is not text: byte {:#04x} at offset {}",
                                                 static_cast<unsigned char>(bytes[*at]), *at)});
    }
    return bytes;
}

std::expected<std::string, fault> read_source(const std::string& path, std::istream& in) {
    if (path == "-") return check_source(read_bounded(in));
    std::error_code ignored;
    const auto found = fs::status(path, ignored);
    if (fs::is_directory(found)) return of_file("is a directory");
    if (fs::is_block_file(found) || (fs::is_fifo(found) && !was_handed_over(path)))
        return of_file("is not a regular file; a pipe is read as standard input (-)");
    errno = 0;
    std::ifstream file(path, std::ios::binary);
    if (!file) return of_file(fmt::format("cannot be opened: {}", std::strerror(errno)));
    return check_source(read_bounded(file));
}

}  // namespace headroom::command
