// runtime/environment.hpp: every variable the process was given, and where each came from.
//
// The first source that names a variable decides:
//
//     command line  >  process environment  >  .env.{profile}.local  >  .env.{profile}  >  .env
//
// `NAME_FILE=path` stands for NAME with the file's content, so that a secret need not be in an
// environment that children and crash reports inherit. The profile is HEADROOM_PROFILE from the
// command line, the process or .env; `dev` when nobody says.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "headroom/runtime/dotenv.hpp"
#include "headroom/runtime/setting_fault.hpp"

namespace headroom {

inline constexpr std::size_t secret_file_bytes_max = 64 << 10;

/// Development forgives what production refuses: see the settings of each package.
enum class profile { dev, test, production };

std::string_view to_string(profile of) noexcept;
std::optional<profile> parse_profile(std::string_view text) noexcept;

/// A value and its origin: "command line", "environment", ".env.dev:3", or the secret's path.
struct sourced_value {
    std::string value, source;
};

/// Filled once at start, then only read. Not thread-safe while it is filled.
class environment {
public:
    explicit environment(headroom::profile as = profile::dev) : profile_(as) {}

    headroom::profile profile() const noexcept { return profile_; }

    /// Enters a variable unless an earlier source has named it.
    void add(std::string name, std::string value, std::string source);
    /// Enters a file's assignments; its faults are kept, under its label.
    void add(dotenv file, const std::string& label);

    /// What `name` is, read through `name_FILE` if that is set. Nothing when neither is.
    /// A file that cannot be used, or both being set, is a fault and answers nothing.
    std::optional<sourced_value> find(std::string_view name, setting_faults& faults,
                                      setting_faults& warnings) const;
    /// True when the name, or its _FILE form, is set by any source.
    bool contains(std::string_view name) const;
    /// Who set exactly this name, else an empty text.
    std::string source_of(std::string_view name) const;

    std::vector<std::string> names() const;
    /// What was wrong with the files.
    const setting_faults& faults() const noexcept { return faults_; }

private:
    const headroom::profile profile_;
    std::map<std::string, sourced_value, std::less<>> values_;
    setting_faults faults_;
};

/// Where load_environment looks.
struct environment_sources {
    std::vector<std::pair<std::string, std::string>> overrides;  ///< NAME, value: the command line
    const char* const* process = nullptr;                        ///< `environ`; none: empty
    std::string directory = ".";                                 ///< of the .env files
};

/// Reads the process environment and the profile's .env files, which may all be missing. Faults
/// of the files are in environment::faults(); an unknown profile counts as production until the
/// reader of HEADROOM_PROFILE reports it.
environment load_environment(const environment_sources& from);

/// A whole file of at most `bytes_max`, or why not. Blocks; a missing file is `missing`.
struct file_text {
    std::string text, problem;
    bool missing = false;
    bool readable_by_all = false;
};
file_text read_bounded(const std::string& path, std::size_t bytes_max);

}  // namespace headroom
