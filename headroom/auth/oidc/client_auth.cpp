#include "headroom/auth/oidc/client_auth.hpp"

#include <openssl/evp.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "headroom/auth/detail/evp.hpp"
#include "headroom/auth/random_text.hpp"

namespace headroom::auth {
namespace {

constexpr std::pair<client_auth, std::string_view> client_auth_names[] = {
    {client_auth::client_secret_basic, "client_secret_basic"},
    {client_auth::client_secret_post, "client_secret_post"},
    {client_auth::private_key_jwt, "private_key_jwt"},
    {client_auth::tls_client_auth, "tls_client_auth"},
    {client_auth::none, "none"}};

constexpr char assertion_type[] = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

std::string base64(std::string_view octets) {
    std::string made((octets.size() + 2) / 3 * 4 + 1, '\0');
    const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(made.data()),
                                     detail::octets(octets), static_cast<int>(octets.size()));
    made.resize(static_cast<std::size_t>(size));
    return made;
}

std::string assertion_of(const client_identity& as, std::string_view audience, wall_time now) {
    const auto since_1970 = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
    const boost::json::object claims{{"iss", as.id},
                                     {"sub", as.id},
                                     {"aud", audience},
                                     {"jti", random_text()},
                                     {"iat", since_1970.count()},
                                     {"exp", (since_1970 + assertion_life).count()}};
    return as.signer->sign(boost::json::serialize(claims));
}

}  // namespace

std::string_view to_string(client_auth of) noexcept {
    return client_auth_names[static_cast<std::size_t>(of)].second;
}

std::optional<client_auth> client_auth_named(std::string_view name) noexcept {
    for (const auto& [each, text] : client_auth_names)
        if (text == name) return each;
    return std::nullopt;
}

std::vector<std::string> faults_of(const client_identity& of) {
    using enum client_auth;
    std::vector<std::string> faults;
    const bool by_secret = of.by == client_secret_basic || of.by == client_secret_post;
    if (of.id.empty()) faults.emplace_back("the client must have an id");
    if (by_secret && of.password.empty()) faults.emplace_back("the client must have a secret");
    if (of.by == private_key_jwt && of.signer == nullptr)
        faults.emplace_back("the client must have a private key");
    if (of.by == tls_client_auth && of.certificate.empty())
        faults.emplace_back("the client must have a certificate and its key");
    return faults;
}

void authenticate(const client_identity& as, std::string_view audience, wall_time now, form& to,
                  http::client_request& what) {
    using enum client_auth;
    if (as.by == client_secret_basic) {
        const auto both = form_encoded(as.id) + ":" + form_encoded(as.password.reveal());
        what.fields.push_back({"Authorization", "Basic " + base64(both)});
        return;
    }
    to.add("client_id", as.id);
    if (as.by == client_secret_post) to.add("client_secret", as.password.reveal());
    if (as.by == private_key_jwt)
        to.add("client_assertion_type", assertion_type)
            .add("client_assertion", assertion_of(as, audience, now));
    if (as.by == tls_client_auth) what.certificate = as.certificate;
}

}  // namespace headroom::auth
