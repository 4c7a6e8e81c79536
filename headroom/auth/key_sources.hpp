// auth/key_sources.hpp: the key sources of all issuers a process listens to.
#pragma once
#include <memory>
#include <vector>

#include "headroom/auth/authenticator.hpp"

namespace headroom::auth {

/// Fixed once it is made. Usable from every reactor; outlives whoever asks it.
class key_sources {
public:
    /// Both outlive it. Throws std::invalid_argument when a URL is none that may be asked.
    key_sources(reactor& home, http::client& over, std::vector<key_source_terms> terms);
    key_sources(const key_sources&) = delete;
    key_sources& operator=(const key_sources&) = delete;

    /// To be started after the client, and stopped before it.
    std::vector<part*> parts();
    const std::vector<std::unique_ptr<key_source>>& all() const noexcept { return all_; }

    /// Null for an issuer that is not among them.
    key_source* find(std::string_view issuer) const noexcept;

    /// For a token_verifier: the issuer's present keys, null when they are not to be had.
    keys_of keys();
    /// For an authenticator. An issuer that is not among them is unavailable.
    look_for_keys look();

private:
    std::vector<std::unique_ptr<key_source>> all_;
};

}  // namespace headroom::auth
