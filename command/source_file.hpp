// command/source_file.hpp: a small text file of a stranger, read within bounds.
#pragma once
#include <expected>
#include <iosfwd>
#include <string>

#include "command/yaml_tree.hpp"

namespace headroom::command {

inline constexpr std::size_t source_bytes_max = 1 << 20;

/// The file's text, or why it is not text that we read: absent, a directory, a FIFO, unreadable,
/// larger than source_bytes_max, or with a byte that no UTF-8 text holds. "-" reads `in` to its
/// end. A FIFO of the file system may never be written to and is refused; a pipe that was handed
/// over (/dev/stdin, /dev/fd/N) is read.
std::expected<std::string, fault> read_source(const std::string& path, std::istream& in);

/// The same checks on bytes already in memory.
std::expected<std::string, fault> check_source(std::string bytes);

}  // namespace headroom::command
