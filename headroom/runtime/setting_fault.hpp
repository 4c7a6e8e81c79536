// runtime/setting_fault.hpp: what is wrong with one setting, with all that is needed to mend it.
#pragma once
#include <string>
#include <vector>

namespace headroom {

/// One fault is one line. Values of secrets are masked before they get here.
struct setting_fault {
    std::string variable;  ///< "DATABASE_PORT"; empty when a whole file is at fault
    std::string value;     ///< as given, shortened, never a secret
    std::string source;    ///< ".env.dev:4", "environment", "default"
    std::string problem;   ///< the bound it breaks: "must be 1 to 65535"
    std::string hint;      ///< what to do, may be empty

    /// "DATABASE_PORT=70000 (.env.dev:4): must be 1 to 65535; ...".
    std::string message() const;
};

using setting_faults = std::vector<setting_fault>;

/// All of them, a line each.
std::string to_string(const setting_faults& faults);

/// The most characters of a value that are ever shown.
inline constexpr std::size_t shown_value_max = 80;

/// A value as it may be shown: URLs masked, control characters replaced, shortened.
std::string show_value(std::string_view value);

}  // namespace headroom
