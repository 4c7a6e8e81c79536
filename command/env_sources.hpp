// command/env_sources.hpp: .env files and catalogues as the command line names them.
#pragma once
#include <iosfwd>
#include <optional>
#include <string>
#include <vector>

#include "command/common_options.hpp"
#include "command/env_audit.hpp"

namespace headroom::command {

/// The options as typed.
struct env_options {
    std::vector<std::string> files, catalogues, libraries;
    std::string cpus;

    void declare(option_set& set);
};

/// What the files say, those that could be read; a page for each that could not.
struct env_sources {
    std::vector<env_source> read;
    std::vector<fleet::audit_page> unread;
};

/// [SERVICE=]FILE each. A service is called by the file's name where none is given: ".env.web" and
/// "web.env" are "web". Throws usage_error.
env_sources read_env_files(const std::vector<std::string>& typed, std::istream& in);

/// The one built in with those of the options added; faults go to `err`, and then there is none.
std::optional<catalogue> read_catalogues(const std::vector<std::string>& files, streams& io);

/// Number of processors, or 0 where nobody said. Throws usage_error.
unsigned cpus_of(const env_options& options);
/// Throws usage_error for a library the catalogue does not know.
void check_libraries(const env_options& options, const catalogue& known);

}  // namespace headroom::command
