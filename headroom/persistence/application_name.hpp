// persistence/application_name.hpp: how a connection introduces itself to the server.
//
// `<system>/<role>/<member>/<consumer>`: from this one text the audit, the fleet and control tell
// whose a backend is. Behind a pooler a backend serves whoever comes and carries the name of
// whoever came last, so there it is nobody's: `<system>/<role>/pooled/<consumer>`. PostgreSQL cuts
// an application_name at 63 bytes without a word.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace headroom::persistence {

struct application_name {
    static constexpr std::size_t system_max = 12, role_max = 9, consumer_max = 31, bytes_max = 63;

    std::string system;        ///< "orders": the service, for all of its processes
    std::string role;          ///< "serve", "work", "schedule", "project", "migrate"
    std::uint32_t member = 0;  ///< of this process: chosen at random at start
    std::string consumer;      ///< "persistence.lanes"
    bool pooled = false;       ///< behind a pooler: in place of the member

    /// "orders/serve/0badcafe/persistence.lanes", or "orders/serve/pooled/..". Asserts the bounds
    /// above and that no part is empty or holds anything but a-z, 0-9, '.', '_' and '-'.
    std::string text() const;
    /// Cuts what came from a setting so that text() accepts it: lower case, other characters as
    /// '-', "headroom" when nothing is left.
    static std::string fit(std::string_view name, std::size_t bytes_max);
    /// None for a name that is not of this form: a stranger's.
    static std::optional<application_name> parse(std::string_view text);

    bool operator==(const application_name&) const = default;
};

}  // namespace headroom::persistence
