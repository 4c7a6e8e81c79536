#include "command/service_unit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <boost/assert.hpp>

#include "command/fields.hpp"
#include "command/spelling.hpp"
#include "headroom/budget/process_needs.hpp"

namespace headroom::command {
namespace {

using budget::process_needs;

/// Linux grants no process more (fs.nr_open) unless it was told to.
constexpr std::uint64_t descriptors_max = 1'048'576;

constexpr std::size_t command_line_max = 1'000;
constexpr std::array<std::string_view, 3> unit_types{"notify", "exec", "simple"};

// What may be hardened without knowing the service: it keeps sockets, threads and its own state.
constexpr std::string_view hardening = R"(
DynamicUser=yes
StateDirectory=%N
UMask=0077
NoNewPrivileges=yes
CapabilityBoundingSet=
AmbientCapabilities=
ProtectSystem=strict
ProtectHome=yes
ProtectProc=invisible
ProcSubset=pid
PrivateTmp=yes
PrivateDevices=yes
DevicePolicy=closed
PrivateUsers=yes
ProtectClock=yes
ProtectHostname=yes
ProtectKernelLogs=yes
ProtectKernelModules=yes
ProtectKernelTunables=yes
ProtectControlGroups=yes
RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged @resources
SystemCallErrorNumber=EPERM
)";

std::string name_of_unit(const systemd_options& options) {
    if (options.name.empty()) return "app";
    if (auto wrong = check_name(options.name)) throw usage_error("--name: " + *wrong);
    if (options.name.find_first_of(":.") != std::string::npos || options.name.starts_with('-'))
        throw usage_error(fmt::format("--name: must do as the name of a unit and a folder ({})",
                                      in_quotes(options.name)));
    return options.name;
}

/// One absolute command line. Its specifiers are systemd's, and stay; what would end the line or
/// go on to the next is refused.
std::string command_line(const systemd_options& options, const std::string& name) {
    if (options.exec.empty()) return "/usr/local/bin/" + name;
    const auto is_printable = [](char each) { return each >= ' ' && each <= '~'; };
    if (!options.exec.starts_with('/') || options.exec.size() > command_line_max ||
        options.exec.ends_with('\\') || !std::ranges::all_of(options.exec, is_printable))
        throw usage_error(
            fmt::format("--exec: must be one line that begins with the program's "
                        "absolute path ({})",
                        in_quotes(options.exec)));
    return options.exec;
}

std::string folder_of(const systemd_options& options, const std::string& name) {
    if (options.folder.empty()) return "/etc/" + name;
    const auto is_plain = [](char each) {
        return each > ' ' && each <= '~' && !std::string_view("%\\\"'*?[").contains(each);
    };
    if (!options.folder.starts_with('/') || !std::ranges::all_of(options.folder, is_plain))
        throw usage_error(
            fmt::format("--env-dir: must be an absolute path without blanks, quotes or % ({})",
                        in_quotes(options.folder)));
    return options.folder;
}

std::string type_of(const systemd_options& options) {
    if (options.type.empty()) return "notify";
    require_one_of(unit_types, "--type", options.type);
    return options.type;
}

/// "# LimitNOFILE: 12 postgres + 2 redis + 64 of its own = 78", and the lines it sets.
std::string limits(const process_needs& needs) {
    std::vector<std::string> terms;
    std::string text = "# descriptors of one process:\n";
    for (const auto& each : needs.sockets) {
        text += fmt::format("#   {}: {}\n", each.resource, each.arithmetic);
        terms.push_back(fmt::format("{} {}", budget::to_text(each.most), each.resource));
    }
    terms.push_back(fmt::format("{} of its own", budget::descriptors_margin));
    const auto given = std::max<std::uint64_t>(*needs.descriptors, budget::descriptors_least);
    text +=
        fmt::format("#   {} = {}{}\nLimitNOFILE={}\n", fmt::join(terms, " + "), *needs.descriptors,
                    given > *needs.descriptors ? ", less than the usual" : "", given);
    if (needs.threads_limit)
        text +=
            fmt::format("# threads: {} planned, {} allowed\nTasksMax={}\n",
                        budget::to_text(needs.threads), *needs.threads_limit, *needs.threads_limit);
    return text;
}

/// The options, checked.
struct unit_values {
    std::string name, exec, type, folder;
};

unit_values read(const systemd_options& options) {
    const auto name = name_of_unit(options);
    return {name, command_line(options, name), type_of(options), folder_of(options, name)};
}

std::string unit_text(const chosen_plan& from, const unit_values& with, const std::string& profile,
                      const process_needs& needs) {
    const auto& name = with.name;
    auto text = opening(name + ".service", from, "#") + accounts(from, "#");
    text += fmt::format(
        "[Unit]\nDescription={}\nWants=network-online.target\n"
        "After=network-online.target\nStartLimitIntervalSec=0\n\n",
        name);
    text += fmt::format("[Service]\nType={}\n{}ExecStart={}\nEnvironmentFile={}/.env.{}\n",
                        with.type, with.type == "notify" ? "NotifyAccess=all\n" : "", with.exec,
                        with.folder, profile);
    text +=
        "Restart=on-failure\nRestartSec=5\n"
        "# a wrong command line, manifest or setting does not heal by itself\n"
        "RestartPreventExitStatus=64 65 78\n"
        "# longer than the start waits for room, and than a drain\n"
        "TimeoutStartSec=90\nTimeoutStopSec=30\n\n";
    return text + limits(needs) + std::string(hardening) +
           "\n[Install]\nWantedBy=multi-user.target\n";
}

/// The first resource of which nobody knows how much a process opens.
std::string unknown_of(const budget::plan& in) {
    for (const auto& each : in.resources)
        if (budget::kind_of(each.name) != "threads")
            if (auto unknown = unknown_maximum(in, each, true); !unknown.empty()) return unknown;
    return {};
}

no_file too_many(const process_needs& needs) {
    const auto most = std::ranges::max_element(needs.sockets, {}, &budget::descriptor_need::most);
    return {exit_code::verdict,
            fmt::format("LimitNOFILE: {} descriptors, {} of them {}, are more than the {} that "
                        "Linux grants a process",
                        *needs.descriptors, budget::to_text(most->most), most->resource,
                        descriptors_max)};
}

}  // namespace

void systemd_options::declare(option_set& set) {
    set.text("--name", name, "systemd: of the unit (app)");
    set.text("--exec", exec, "systemd: the command line (/usr/local/bin/NAME)");
    set.text("--type", type, "systemd: notify (default), exec or simple");
    set.text("--env-dir", folder, "systemd: where the .env file is (/etc/NAME)");
}

bool systemd_options::any() const {
    return !name.empty() || !exec.empty() || !type.empty() || !folder.empty();
}

generated service_unit(const chosen_plan& from, const systemd_options& options,
                       const std::string& profile) {
    const auto with = read(options);
    if (auto unknown = unknown_of(from.of); !unknown.empty())
        return std::unexpected(no_file{exit_code::manifest, std::move(unknown)});
    const auto needs = budget::needs_of_process(from.of);
    BOOST_ASSERT(needs.descriptors);
    if (*needs.descriptors > descriptors_max) return std::unexpected(too_many(needs));
    return generated_file{with.name + ".service", unit_text(from, with, profile, needs)};
}

}  // namespace headroom::command
