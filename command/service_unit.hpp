// command/service_unit.hpp: the unit of a service, with the limits that its plan asks for.
#pragma once
#include <string>

#include "command/generated.hpp"

namespace headroom::command {

/// As typed; empty: the default.
struct systemd_options {
    std::string name, exec, type, folder;
    void declare(option_set& set);
    bool any() const;
};

/// `NAME.service` of one replica. LimitNOFILE is what one process may open of every resource at
/// once, and TasksMax the manifest's limit of threads. It reads `.env.PROFILE`. Throws usage_error
/// for a wrong option.
generated service_unit(const chosen_plan& from, const systemd_options& options,
                       const std::string& profile);

}  // namespace headroom::command
