// access/key_registry.hpp: the API keys there are, as authentication asks for them.
#pragma once
#include "headroom/auth/api_key_verifier.hpp"
#include "headroom/auth/settings.hpp"
#include "headroom/persistence/lanes.hpp"

namespace headroom::service::access {

/// Looks up by id: the platform's own by configuration, an agent's by one statement that sees the
/// one row it names, of whichever tenant. Usable from every reactor; what it is given outlives it.
class key_registry {
public:
    /// `lifetime`: after it a key has expired, whatever the read model says; 0: none does.
    key_registry(const auth::settings& with, const persistence::lanes& over,
                 std::chrono::milliseconds lifetime)
        : with_(with), over_(over), lifetime_(lifetime) {}

    /// Throws what lanes throw.
    task<std::optional<auth::registered_api_key>> find(std::string id, deadline until) const;

private:
    const auth::settings& with_;
    const persistence::lanes& over_;
    const std::chrono::milliseconds lifetime_;
};

}  // namespace headroom::service::access
