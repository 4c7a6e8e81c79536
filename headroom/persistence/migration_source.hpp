// persistence/migration_source.hpp: the numbered SQL files of a schema, from a directory or built
// in.
//
// `0001_tenants.sql` is version 1, named "tenants". Numbers begin at 1 and leave no gap. A file is
// never changed once released: its SHA-256 is kept in the database and compared.
#pragma once
#include <expected>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::persistence {

inline constexpr std::size_t migrations_max = 9999;

/// A file as it lies on disk or was built into the program.
struct migration_file {
    std::string_view name;  ///< "0001_tenants.sql"
    std::string_view text;
};

struct migration {
    int version = 0;
    std::string name;  ///< "tenants"
    std::string text;
    std::string checksum;  ///< SHA-256 of the text, 64 hex digits
    std::string file() const;
};

/// Something wrong with a file, a sentence each.
using migration_faults = std::vector<std::string>;

/// In order of version, each one parsed; or all faults at once: bad names, gaps, duplicates,
/// unreadable or malformed files.
using migration_list = std::expected<std::vector<migration>, migration_faults>;

migration_list migrations_of(std::span<const migration_file> files);
/// Reads `*.sql` of a directory; other files are ignored.
migration_list migrations_in(const std::filesystem::path& directory);

std::string sha256_hex(std::string_view text);

}  // namespace headroom::persistence
