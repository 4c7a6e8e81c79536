// auth/oidc/provider_directory.hpp: where a provider's endpoints stand: asked for when they are
// needed, and kept.
//
// Its metadata must name the very issuer that was asked. Nothing is guessed when they are not to be
// had: they are asked for again after a pause that grows, and what is kept is used meanwhile.
#pragma once
#include <memory>
#include <string>

#include "headroom/auth/oidc/oidc_failure.hpp"
#include "headroom/auth/provider_metadata.hpp"
#include "headroom/http/client/client.hpp"

namespace headroom::auth {

struct directory_bounds {
    std::chrono::seconds ttl{3'600};         ///< then it is asked for again
    std::chrono::seconds stale_max{86'400};  ///< and used so long while that fails
    std::chrono::milliseconds fetch_max{3'000};
    backoff_bounds pauses{std::chrono::milliseconds(500), std::chrono::milliseconds(1'000),
                          std::chrono::milliseconds(30'000)};
};

class provider_directory {
public:
    using kept = std::shared_ptr<const provider_metadata>;

    /// Both outlive what was asked. `loopback`: also http on the own machine, for development.
    /// Throws std::invalid_argument when the issuer is none that may be asked.
    provider_directory(reactor& home, http::client& over, std::string issuer, bool loopback,
                       directory_bounds within = {});

    /// On the home reactor.
    task<oidc_result<kept>> metadata(deadline until);
    /// What it said is no longer so: it is asked for again at the next call, and used until then.
    void doubt();
    bool under_way() const;

private:
    struct body;
    const std::shared_ptr<body> body_;
};

}  // namespace headroom::auth
