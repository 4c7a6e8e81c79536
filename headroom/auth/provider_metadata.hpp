// auth/provider_metadata.hpp: what an identity provider says of itself (OpenID Connect Discovery
// 1.0; RFC 8414). Pure.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::auth {

inline constexpr std::size_t metadata_bytes_max = 256 * 1024;

/// Where a client that shows its certificate asks instead (RFC 8705, section 5); empty where there
/// is no other place.
struct provider_aliases {
    std::string token_url, introspection_url, revocation_url, pushed_request_url;
};

struct provider_metadata {
    std::string issuer;
    std::string keys_url;           ///< jwks_uri
    std::string token_url;          ///< token_endpoint; empty where there is none, as the rest
    std::string authorization_url;
    std::string introspection_url, revocation_url, pushed_request_url;
    std::vector<std::string> token_auth_methods;  ///< of token_endpoint_auth_methods_supported
    provider_aliases aliases;                     ///< of mtls_endpoint_aliases
    bool names_itself = false;  ///< in the answers to authorization requests (RFC 9207)
};

/// Where the document stands: the issuer without a final slash, and the well-known path.
std::string metadata_url(std::string_view issuer);

/// Strict JSON whose issuer is exactly `issuer`, and whose URLs may be asked (see may_be_asked); or
/// what is wrong with it, without text of the document.
std::expected<provider_metadata, std::string> read_metadata(std::string_view document,
                                                            std::string_view issuer,
                                                            bool loopback);

/// "" or why a provider's URL is not asked: it is none of https. With `loopback`, for development,
/// also of http on the own machine.
std::string may_be_asked(std::string_view url, bool loopback);

}  // namespace headroom::auth
