#include "headroom/persistence/migration_source.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/assert.hpp>
#include <fstream>
#include <optional>

#include "headroom/persistence/migration_script.hpp"

namespace headroom::persistence {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t digits = 4;
constexpr std::string_view suffix = ".sql";

bool is_name(std::string_view name) {
    return !name.empty() && name.size() <= 100 && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
}

/// "0001_tenants.sql" as version 1, "tenants".
std::optional<migration> parse_name(std::string_view file) {
    if (file.size() < digits + 1 + 1 + suffix.size() || !file.ends_with(suffix)) return {};
    migration one;
    for (const char c : file.substr(0, digits)) {
        if (c < '0' || c > '9') return {};
        one.version = one.version * 10 + (c - '0');
    }
    one.name = file.substr(digits + 1, file.size() - digits - 1 - suffix.size());
    if (one.version == 0 || file[digits] != '_' || !is_name(one.name)) return {};
    return one;
}

void check_numbers(const std::vector<migration>& list, migration_faults& faults) {
    int expected = 1;
    for (const auto& each : list) {
        if (each.version < expected)
            faults.push_back(fmt::format("{}: there is another file of that number", each.file()));
        else if (each.version > expected)
            faults.push_back(fmt::format("{}: number {} is missing", each.file(), expected));
        expected = each.version + 1;
    }
}

void add(const migration_file& file, std::vector<migration>& list, migration_faults& faults) {
    auto one = parse_name(file.name);
    if (!one)
        return faults.push_back(fmt::format(
            "{}: a migration is called NNNN_name.sql, the name in a-z, 0-9 and _", file.name));
    if (const auto split = split_script(file.text); !split)
        return faults.push_back(
            fmt::format("{}:{}: {}", file.name, split.error().line, split.error().what));
    one->text = file.text;
    one->checksum = sha256_hex(file.text);
    list.push_back(std::move(*one));
}

/// The text of a file, at most one byte more than a script may have, so that the parser refuses it.
std::string read_bounded(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::string text(script_bytes_max + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad() || (in.fail() && !in.eof())) throw std::runtime_error("cannot be read");
    text.resize(static_cast<std::size_t>(in.gcount()));
    return text;
}

struct loaded {
    std::string name, text;
};

std::vector<loaded> load(const fs::path& directory, migration_faults& faults) {
    std::vector<loaded> files;
    std::error_code error;
    fs::directory_iterator entries(directory, error);
    if (error) {
        faults.push_back(fmt::format("{}: {}", directory.string(), error.message()));
        return files;
    }
    for (const auto& each : entries) {
        if (each.path().extension() != suffix) continue;
        const auto name = each.path().filename().string();
        if (files.size() == migrations_max) {
            faults.push_back(
                fmt::format("{}: more than {} files", directory.string(), migrations_max));
            break;
        }
        try {
            files.push_back({name, read_bounded(each.path())});
        } catch (const std::exception& broken) {
            faults.push_back(fmt::format("{}: {}", name, broken.what()));
        }
    }
    return files;
}

}  // namespace

std::string migration::file() const { return fmt::format("{:04}_{}{}", version, name, suffix); }

std::string sha256_hex(std::string_view text) {
    std::array<unsigned char, 32> digest{};
    unsigned size = 0;
    [[maybe_unused]] const int done =
        EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr);
    BOOST_ASSERT(done == 1 && size == digest.size());
    std::string hex;
    for (const auto byte : digest) hex += fmt::format("{:02x}", byte);
    return hex;
}

migration_list migrations_of(std::span<const migration_file> files) {
    std::vector<migration> list;
    migration_faults faults;
    for (const auto& each : files) add(each, list, faults);
    std::ranges::sort(list, {},
                      [](const migration& each) { return std::tie(each.version, each.name); });
    if (faults.empty()) check_numbers(list, faults);
    if (!faults.empty()) return std::unexpected(std::move(faults));
    return list;
}

migration_list migrations_in(const fs::path& directory) {
    migration_faults faults;
    const auto files = load(directory, faults);
    if (!faults.empty()) return std::unexpected(std::move(faults));
    std::vector<migration_file> views;
    for (const auto& each : files) views.push_back({each.name, each.text});
    return migrations_of(views);
}

}  // namespace headroom::persistence
