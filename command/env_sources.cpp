#include "command/env_sources.hpp"

#include <fmt/format.h>

#include <filesystem>
#include <istream>

#include "command/audit_targets.hpp"
#include "command/fields.hpp"
#include "command/source_file.hpp"
#include "command/spelling.hpp"

namespace headroom::command {
namespace {

/// "web" of "deploy/web.env", ".env.web" and "web"; "service" where nothing tells.
std::string service_of(const std::string& path) {
    auto name = std::filesystem::path(path).filename().string();
    if (name.starts_with(".env")) name.erase(0, 4);
    if (name.ends_with(".env")) name.resize(name.size() - 4);
    while (name.starts_with('.')) name.erase(0, 1);
    std::string safe;
    for (const char each : name.substr(0, name_max / 2))
        safe += check_name({&each, 1}) ? '-' : each;
    return safe.empty() || safe == "-" ? "service" : safe;
}

}  // namespace

void env_options::declare(option_set& set) {
    set.texts("--env-file", files,
              "[SERVICE=]FILE: a service's settings (.env); several times for several services");
    set.texts("--catalogue", catalogues, "further pools of libraries (YAML)");
    set.texts("--library", libraries, "a library the services use, where no setting tells");
    set.text("--cpus", cpus, "processors of a service's machine, which some defaults follow");
}

env_sources read_env_files(const std::vector<std::string>& typed, std::istream& in) {
    env_sources all;
    for (const auto& [name, path] : split_names(typed, "--env-file")) {
        if (!name.empty())
            if (const auto wrong = check_name(name)) throw usage_error("--env-file: " + *wrong);
        const auto label = printable(path);
        const auto text = read_source(path, in);
        if (!text) {
            fleet::look_outcome unread;
            unread.target = label;
            unread.error = fmt::format("{}: {}", label, text.error().what);
            unread.exit_code = exit_code::manifest;
            all.unread.push_back(fleet::page_of_failure("Settings", unread));
            continue;
        }
        all.read.push_back({name.empty() ? service_of(path) : name, label, parse_dotenv(*text)});
    }
    return all;
}

std::optional<catalogue> read_catalogues(const std::vector<std::string>& files, streams& io) {
    auto known = read_catalogue(std::string(embedded_catalogue())).value();
    for (const auto& each : files) {
        const auto text = read_source(each, io.in);
        auto more =
            text ? read_catalogue(*text) : std::unexpected(std::vector<fault>{text.error()});
        if (!more) {
            print_faults(each, more.error(), io.err);
            return {};
        }
        known.add(std::move(*more));
    }
    return known;
}

unsigned cpus_of(const env_options& options) {
    unsigned cpus = 0;
    if (options.cpus.empty()) return cpus;
    if (const auto wrong = read_number(options.cpus, 1, cpus_max, cpus))
        throw usage_error("--cpus: " + *wrong);
    return cpus;
}

void check_libraries(const env_options& options, const catalogue& known) {
    for (const auto& each : options.libraries)
        if (!known.knows_library(each))
            throw usage_error(fmt::format("--library: {} is not in the catalogue{}",
                                          command::in_quotes(each),
                                          did_you_mean(each, known.libraries())));
}

}  // namespace headroom::command
