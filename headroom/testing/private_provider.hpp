// testing/private_provider.hpp: an identity provider of a test's own: npm oidc-provider, in memory.
//
// Clients: `svc:basic 1` (client_secret_basic), `post` (client_secret_post), `public` (none), with
// `jwks` also `key` (private_key_jwt), with `tls` also `tls` (tls_client_auth). Resources:
// https://api.example, whose access tokens are JWTs with `tenant_id` and `roles`, and
// https://opaque.example, whose are opaque. Refresh tokens rotate; one that is used twice revokes
// all of its family. PKCE is required. Whoever asks to sign in is `user-1`.
#pragma once
#include <boost/json/value.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "headroom/testing/private_certificates.hpp"
#include "headroom/testing/server_process.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::testing {

struct provider_terms {
    std::string jwks{};             ///< public keys of the client `key`: {"keys":[...]}
    unsigned access_seconds = 600;  ///< how long access tokens live
    bool tls = false;               ///< a second door, which asks for a client's certificate
    bool pages = false;    ///< a person says who it is, and what the client may know, on pages
    std::string site{};    ///< whose /auth/callback is registered too: "https://localhost:40000"
};

class private_provider {
public:
    static constexpr char client_secret[] = "pass:%+ word&=/~";
    static constexpr char callback[] = "https://app.example/callback";

    /// Returns once it answers.
    explicit private_provider(provider_terms terms = {});
    ~private_provider();
    private_provider(const private_provider&) = delete;
    private_provider& operator=(const private_provider&) = delete;

    /// Whether its program is installed (tests/peers).
    static bool available();

    std::string issuer() const;
    std::uint16_t port() const noexcept { return port_; }
    /// Of its TLS door: what a client shows, and what vouches for the door.
    const private_certificates& certificates() const { return *certificates_; }

    /// SIGKILL. start() brings another one to the same port: with other keys, and without memory.
    void crash() { process_.crash(); }
    void start();

    /// How everything is answered from now on: a query, "" for as it should be. `status`, `body`
    /// or `large` (bytes), `retry_after` (seconds) answer in its place; `before` and `after` are
    /// milliseconds before it acts and before it answers; `path` is where, else everywhere.
    /// A request whose client has gone before it acts never came.
    void answer_by(const std::string& query) const;

    /// What everybody is from now on, in access and id tokens: a query, "is=admin&is=auditor".
    void say_roles(const std::string& query) const;

    /// Requests at a path, "/token"; grants of a type, "refresh_token"; of these, those that asked
    /// for a resource: "refresh_token https://api.example".
    unsigned requests(const std::string& path) const;
    unsigned grants(const std::string& type) const;
    unsigned resources(const std::string& type_and_resource) const;
    unsigned refused() const { return count("refused"); }  ///< token requests that failed
    unsigned reused() const { return count("reused"); }    ///< for a token that was used before
    unsigned connections() const { return count("connections"); }

    /// Goes where a browser is sent by this URL, until it is to leave for a callback, with code and
    /// state: that URL. `callback` is registered, and /auth/callback at the same site.
    std::string sign_in(const std::string& authorization_url) const;

    /// Refresh tokens of the client `svc:basic 1`, as if so many people had signed in by it; at
    /// most 200, as the provider keeps the latest 1,000 records.
    std::vector<std::string> refresh_tokens(unsigned count) const;

    std::string log() const { return process_.log(); }

private:
    /// What its own routes answer, /test/...
    boost::json::value told(const std::string& target) const;
    boost::json::value figures() const { return told("/test/figures"); }
    unsigned count(const char* name) const;
    unsigned count(const char* name, const std::string& of) const;
    std::string settings() const;

    const provider_terms terms_;
    const temp_directory in_;
    const std::uint16_t port_ = free_port();
    std::uint16_t tls_port_ = 0;
    std::optional<private_certificates> certificates_;
    server_process process_{in_, "provider"};
};

}  // namespace headroom::testing
