#include "headroom/runtime/environment.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "headroom/runtime/secret.hpp"

namespace headroom {
namespace {

constexpr std::string_view profile_variable = "HEADROOM_PROFILE";
constexpr std::array<std::pair<std::string_view, profile>, 3> profiles{
    {{"dev", profile::dev}, {"test", profile::test}, {"production", profile::production}}};

void trim_one_newline(std::string& text) {
    if (text.ends_with('\n')) text.pop_back();
    if (text.ends_with('\r')) text.pop_back();
}

// Reads to the end or one byte past the bound, which tells "too large" from "just fits".
std::string read_to_end(int file, std::size_t bytes_max) {
    std::string text(bytes_max + 1, '\0');
    std::size_t size = 0;
    while (size < text.size()) {
        const auto got = ::read(file, text.data() + size, text.size() - size);
        if (got < 0 && errno == EINTR) continue;
        if (got <= 0) break;
        size += static_cast<std::size_t>(got);
    }
    text.resize(size);
    return text;
}

struct closing_file {
    int descriptor;
    ~closing_file() {
        if (descriptor >= 0) ::close(descriptor);
    }
};

void add_file(environment& to, const std::string& directory, const std::string& name) {
    auto file = read_bounded(directory + "/" + name, dotenv_bytes_max);
    if (file.missing) return;
    if (!file.problem.empty()) return to.add(dotenv{{}, {{1, file.problem}}}, name);
    to.add(parse_dotenv(file.text), name);
    wipe(file.text);
}

struct chosen_profile {
    std::string text, source;
};

chosen_profile unless_empty(std::string text, std::string source) {
    if (text.empty()) return {"dev", "default"};
    return {std::move(text), std::move(source)};
}

chosen_profile choose_profile(const environment_sources& from) {
    for (const auto& [name, value] : from.overrides)
        if (name == profile_variable) return unless_empty(value, "command line");
    const auto prefix = std::string(profile_variable) + "=";
    for (auto each = from.process; each && *each; ++each)
        if (std::string_view(*each).starts_with(prefix))
            return unless_empty(*each + prefix.size(), "environment");
    const auto base = read_bounded(from.directory + "/.env", dotenv_bytes_max);
    for (const auto& each : parse_dotenv(base.text).assignments)
        if (each.name == profile_variable)
            return unless_empty(each.value, fmt::format(".env:{}", each.line));
    return unless_empty("", "");
}

}  // namespace

std::string_view to_string(profile of) noexcept {
    for (const auto& [name, each] : profiles)
        if (each == of) return name;
    return "unknown";
}

std::optional<profile> parse_profile(std::string_view text) noexcept {
    for (const auto& [name, each] : profiles)
        if (name == text) return each;
    return {};
}

void environment::add(std::string name, std::string value, std::string source) {
    if (name == std::string(profile_variable) + "_FILE" && !values_.contains(name))
        faults_.push_back({name, show_value(value), source, "the profile is not read from a file",
                           "set " + std::string(profile_variable) + " itself"});
    values_.try_emplace(std::move(name), sourced_value{std::move(value), std::move(source)});
}

void environment::add(dotenv file, const std::string& label) {
    for (auto& each : file.faults)
        faults_.push_back({"", "", fmt::format("{}:{}", label, each.line), each.problem, ""});
    for (auto& each : file.assignments) {
        auto source = fmt::format("{}:{}", label, each.line);
        const auto named = each.name == profile_variable ? parse_profile(each.value) : profile_;
        if (named != profile_ && !values_.contains(each.name))
            faults_.push_back({each.name, show_value(each.value), source,
                               fmt::format("the profile is {} already", to_string(profile_)),
                               "set it on the command line, in the environment or in .env"});
        add(std::move(each.name), std::move(each.value), std::move(source));
    }
}

bool environment::contains(std::string_view name) const {
    return values_.contains(name) || values_.contains(std::string(name) + "_FILE");
}

std::string environment::source_of(std::string_view name) const {
    const auto at = values_.find(name);
    return at == values_.end() ? "" : at->second.source;
}

std::vector<std::string> environment::names() const {
    std::vector<std::string> all;
    for (const auto& [name, value] : values_) all.push_back(name);
    return all;
}

std::optional<sourced_value> environment::find(std::string_view name, setting_faults& faults,
                                               setting_faults& warnings) const {
    const auto plain = values_.find(name);
    const auto file = values_.find(std::string(name) + "_FILE");
    if (file == values_.end())
        return plain == values_.end() ? std::nullopt : std::optional(plain->second);
    const auto& [path, source] = file->second;
    setting_fault fault{file->first, show_value(path), source, "", ""};
    if (plain != values_.end()) {
        fault.problem = fmt::format("{} is set as well ({})", name, plain->second.source);
        fault.hint = "keep one of the two";
        faults.push_back(fault);
        return {};
    }
    auto read = read_bounded(path, secret_file_bytes_max);
    trim_one_newline(read.text);
    if (read.text.contains('\0')) read.problem = "the file holds a NUL";
    if (!read.problem.empty()) {
        fault.problem = read.problem;
        faults.push_back(fault);
        return {};
    }
    if (read.readable_by_all) {
        fault.problem = "everybody on this machine can read the file";
        fault.hint = "chmod 0400 it (Docker: mode: 0400; Kubernetes: defaultMode: 0400)";
        (profile_ == profile::production ? faults : warnings).push_back(fault);
        if (profile_ == profile::production) return {};
    }
    return sourced_value{std::move(read.text), fmt::format("{} from {}", path, source)};
}

environment load_environment(const environment_sources& from) {
    const auto chosen = choose_profile(from);
    const auto known = parse_profile(chosen.text);
    environment made(known.value_or(profile::production));  // fail closed; its reader reports it
    for (const auto& [name, value] : from.overrides) made.add(name, value, "command line");
    for (auto each = from.process; each && *each; ++each) {
        const std::string_view entry(*each);
        const auto equals = entry.find('=');
        if (equals == 0 || equals == std::string_view::npos) continue;
        made.add(std::string(entry.substr(0, equals)), std::string(entry.substr(equals + 1)),
                 "environment");
    }
    const auto name = ".env." + std::string(to_string(made.profile()));
    add_file(made, from.directory, name + ".local");
    add_file(made, from.directory, name);
    add_file(made, from.directory, ".env");
    return made;
}

file_text read_bounded(const std::string& path, std::size_t bytes_max) {
    // Without O_NONBLOCK the start would hang on a FIFO.
    const closing_file file{::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)};
    if (file.descriptor < 0) return {{}, std::strerror(errno), errno == ENOENT, false};
    struct stat facts{};
    if (::fstat(file.descriptor, &facts) != 0 || !S_ISREG(facts.st_mode))
        return {{}, "not a regular file", false, false};
    auto text = read_to_end(file.descriptor, bytes_max);
    if (text.size() > bytes_max)
        return {{}, fmt::format("the file is larger than {} bytes", bytes_max), false, false};
    return {std::move(text), {}, false, (facts.st_mode & S_IROTH) != 0};
}

}  // namespace headroom
