// command/env_sizes.hpp: how large a pool of the catalogue is according to a service's settings.
#pragma once
#include <set>
#include <string>

#include "command/env_reading.hpp"

namespace headroom::command {

/// A variable that holds an address.
struct named_url {
    const assignment* from;
    service_url at;
    bool opened = false;  ///< by a pool that we know
};

/// Reads numbers, each with its origin, and says what is wrong with them. All arguments outlive it.
class env_sizes {
public:
    env_sizes(const env_source& from, const env_terms& terms, fleet::advice& says)
        : from_(from), terms_(terms), says_(says) {}

    /// Sizes, multiplicity, and the settings that change them. `url` may be null.
    void read(env_pool& into, const catalogue_pool& pool, const named_url* url);
    const assignment* find(std::string_view name) const;
    /// True once a pool has looked at this setting.
    bool reads(std::string_view name) const { return read_.contains(name); }

private:
    std::string origin(const assignment& of) const;
    void complain(std::string id, fleet::severity weight, std::string subject, std::string what,
                  std::string evidence);
    /// The first of the settings that holds a number; what is no number is a finding.
    sized_figure first_number(const std::vector<std::string>& settings);
    sized_figure of_parameter(const std::string& name, const named_url* url);
    /// A URL's parameter before a setting; that they differ is a finding.
    sized_figure stated(const std::string& name, const std::string& parameter,
                        const std::vector<std::string>& settings, const named_url* url);
    sized_figure size_of(const catalogue_pool& pool, const named_url* url);
    sized_figure overflow_of(const catalogue_pool& pool, const named_url* url);
    void apply_sizes(env_pool& into, const catalogue_pool& pool) const;
    void multiply(env_pool& into, const catalogue_pool& pool);
    void find_faults_of_size(const env_pool& made);

    const env_source& from_;
    const env_terms& terms_;
    fleet::advice& says_;
    std::set<std::string, std::less<>> read_;
};

}  // namespace headroom::command
