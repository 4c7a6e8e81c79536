// observability/redactor.hpp: keeps secrets out of whatever is written for people to read.
//
// Three nets, because each has holes: what stands under a telling name, what stands in a URL's
// user info, and the very texts of secrets that the process knows, in the encodings they travel in.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/runtime/secret.hpp"

namespace headroom::observability {

/// Shorter secrets are only caught by their names: everything would contain them.
inline constexpr std::size_t known_secret_min = 6;
inline constexpr std::size_t known_secrets_max = 64;

/// `password`, `X-Api-Key`, `db.accessToken`, `client_secret`: names of what nobody should read.
bool is_telling(std::string_view name);

/// Filled at start, then only read: thread-safe from then on.
class redactor {
public:
    /// Remembers a secret as it is, percent-encoded, and within base64 at any of its three
    /// alignments. One that is too short, or a word that everything contains, is not remembered.
    void learn(const secret& hidden);

    /// The text with every known secret, every password of a URL and every `password=...`,
    /// `token: ...` replaced by the mask.
    std::string clean(std::string_view text) const;
    /// The value of a named field: the mask when the name is telling, else clean(text).
    std::string clean(std::string_view name, std::string_view text) const;

private:
    void forget_nothing_of(std::string form);

    std::vector<secret> forms_;  // longest first
};

}  // namespace headroom::observability
