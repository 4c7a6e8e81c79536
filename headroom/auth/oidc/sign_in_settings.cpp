#include "headroom/auth/oidc/sign_in_settings.hpp"

#include "headroom/auth/oidc/sign_in_states.hpp"
#include "headroom/auth/provider_metadata.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;

constexpr char client_setting[] = "AUTH_OAUTH_CLIENT_ID", by_setting[] = "AUTH_OAUTH_CLIENT_AUTH",
               redirect_setting[] = "AUTH_OAUTH_REDIRECT_URI",
               sealing_setting[] = "AUTH_SESSION_SECRET", key_setting[] = "AUTH_OAUTH_CLIENT_KEY",
               life_setting[] = "AUTH_SESSION_LIFE";

std::string sealing_rule(std::string_view text) {
    return text.empty() || text.size() >= sealer::secret_bytes_min ? ""
                                                                   : "have 32 characters or more";
}

void read_proof(setting_reader& from, client_identity& to) {
    std::vector<std::pair<std::string_view, client_auth>> ways;
    for (const auto each : {client_auth::client_secret_basic, client_auth::client_secret_post,
                            client_auth::private_key_jwt, client_auth::tls_client_auth,
                            client_auth::none})
        ways.emplace_back(to_string(each), each);
    to.by = from.choice<client_auth>({.name = by_setting,
                                      .fallback = client_auth::client_secret_basic,
                                      .values = std::move(ways),
                                      .doc = "How the service proves to the provider who it is."});
    to.password = from.hidden({.name = "AUTH_OAUTH_CLIENT_SECRET",
                               .doc = "Its secret, for client_secret_basic and _post."});
    const auto pem = from.hidden({.name = key_setting,
                                  .doc = "Its private key in PEM, for private_key_jwt."});
    auto key_id = from.text({.name = "AUTH_OAUTH_CLIENT_KEY_ID",
                             .doc = "The name by which the provider knows that key."});
    to.certificate.certificate_file =
        from.text({.name = "AUTH_OAUTH_CERTIFICATE",
                   .length_max = 4096,
                   .doc = "A PEM file of its certificate, for tls_client_auth."});
    to.certificate.key_file = from.text({.name = "AUTH_OAUTH_CERTIFICATE_KEY",
                                         .length_max = 4096,
                                         .doc = "A PEM file of that certificate's key."});
    if (pem.empty()) return;
    auto signer = jws_signer::from_pem(pem, std::move(key_id));
    if (signer) to.signer = std::make_shared<const jws_signer>(*std::move(signer));
    else from.fault(key_setting, "must be a private key", signer.error());
}

void read_audience(setting_reader& from, sign_in_settings& to) {
    to.audience = from.text({.name = "AUTH_OAUTH_AUDIENCE",
                             .length_max = 2'048,
                             .doc = "Whom a sign-in's access tokens are asked for, where the "
                                    "provider needs to be told: one of AUTH_AUDIENCE."});
    to.audience_parameter = from.choice<std::string>(
        {.name = "AUTH_OAUTH_AUDIENCE_PARAMETER",
         .fallback = "resource",
         .values = {{"resource", "resource"}, {"audience", "audience"}},
         .doc = "The name it goes by: resource (RFC 8707), or audience where the provider wants "
                "that."});
}

void read_sessions(setting_reader& from, sign_in_settings& to) {
    const auto seconds_of = [&](const duration_setting& as) {
        return std::chrono::floor<std::chrono::seconds>(from.duration(as));
    };
    to.sealing.now = from.hidden({.name = sealing_setting,
                                  .rule = sealing_rule,
                                  .doc = "What sessions are sealed with, of all processes the "
                                         "same: 32 random characters or more."});
    to.sealing.earlier =
        from.hidden({.name = "AUTH_SESSION_SECRET_PREVIOUS",
                     .rule = sealing_rule,
                     .doc = "Another such secret that still opens what was sealed with it, so that "
                            "a change signs nobody out."});
    to.idle_max = seconds_of({.name = "AUTH_SESSION_IDLE",
                              .fallback = 30min,
                              .min = 1min,
                              .max = std::chrono::days(1),
                              .doc = "A session ends after so long without a request."});
    to.life_max = seconds_of({.name = life_setting,
                              .fallback = 12h,
                              .min = 1min,
                              .max = std::chrono::days(30),
                              .doc = "A session ends after so long in any case."});
    if (to.idle_max > to.life_max)
        from.fault(life_setting, "must not be shorter than AUTH_SESSION_IDLE");
}

void read_bounds(setting_reader& from, sign_in_settings& to) {
    to.rate = from.count({.name = "AUTH_SIGN_IN_RATE",
                          .fallback = 5,
                          .max = 10'000,
                          .doc = "Requests a second for /auth/login and /auth/callback of one "
                                 "address, or of one IPv6 /64; above it is answered 429; 0: no "
                                 "such limit."});
    to.burst = from.count({.name = "AUTH_SIGN_IN_RATE_BURST",
                           .fallback = 50,
                           .min = 1,
                           .max = 10'000,
                           .doc = "How many of them may come at once after a rest."});
    to.pending_max = from.count({.name = "AUTH_SIGN_IN_PENDING",
                                 .fallback = sign_in_states::pending_max_default,
                                 .min = 1,
                                 .doc = "Sign-ins of all processes that have begun and not ended, "
                                        "for 10 min each, in 3 KiB of Redis at most; one more is "
                                        "answered 503."});
}

void check_whole(setting_reader& from, const sign_in_settings& of) {
    if (!of.on()) return;
    for (const auto& sentence : faults_of(of.as)) from.fault(by_setting, sentence);
    if (of.sealing.now.empty())
        from.fault(sealing_setting, "must be set where " + std::string(client_setting) + " is");
    const bool loopback = from.profile() != profile::production;
    if (const auto fault = may_be_asked(of.redirect_uri, loopback); !fault.empty())
        from.fault(redirect_setting, "must be a URL of https", fault);
}

}  // namespace

sign_in_settings read_sign_in_settings(setting_reader& from) {
    sign_in_settings all;
    all.as.id = from.text({.name = client_setting,
                           .length_max = 255,
                           .doc = "The service's id at the provider; without it nobody signs in "
                                  "with a browser."});
    read_proof(from, all.as);
    all.redirect_uri = from.text({.name = redirect_setting,
                                  .fallback = "http://localhost:8000/auth/callback",
                                  .doc = "Where the provider sends browsers back to, as it is "
                                         "registered there."});
    all.scope = from.text({.name = "AUTH_OAUTH_SCOPES",
                           .fallback = "openid email profile",
                           .doc = "The scopes a sign-in asks for."});
    read_audience(from, all);
    all.push = from.flag({.name = "AUTH_OAUTH_PUSH",
                          .doc = "Authorization requests are pushed to the provider first "
                                 "(RFC 9126)."});
    read_sessions(from, all);
    read_bounds(from, all);
    check_whole(from, all);
    return all;
}

}  // namespace headroom::auth
