#include "headroom/auth/oidc/token_client.hpp"

#include <stdexcept>

#include "headroom/auth/authenticator.hpp"
#include "headroom/auth/oidc/detail/exchange.hpp"
#include "headroom/runtime/on_reactor.hpp"

namespace headroom::auth {
namespace {

using std::chrono_literals::operator""ms;
constexpr auto client_stop_look_ms = 5ms;

/// One of a provider's, by its two names.
struct endpoint {
    std::string provider_metadata::* at;
    std::string provider_aliases::* with_certificate;
};

constexpr endpoint token_endpoint{&provider_metadata::token_url, &provider_aliases::token_url};
constexpr endpoint introspection_endpoint{&provider_metadata::introspection_url,
                                          &provider_aliases::introspection_url};
constexpr endpoint revocation_endpoint{&provider_metadata::revocation_url,
                                       &provider_aliases::revocation_url};
constexpr endpoint pushed_endpoint{&provider_metadata::pushed_request_url,
                                   &provider_aliases::pushed_request_url};

raw_answer raw(const http::client_answer& of) {
    return {of.status, of.body, of.field("retry-after")};
}

bool has_moved(unsigned status) { return status == 404 || status == 405 || status == 410; }

std::string with_query(const std::string& url, const form& query) {
    return url + (url.contains('?') ? "&" : "?") + query.text();
}

form query_of(const authorization_request& what) {
    form made;
    made.add("response_type", "code")
        .add("redirect_uri", what.redirect_uri)
        .add("scope", what.scope)
        .add("state", what.state)
        .add("nonce", what.nonce)
        .add("code_challenge", what.challenge)
        .add("code_challenge_method", "S256")
        .add_some("prompt", what.prompt)
        .add_some("login_hint", what.login_hint);
    return made;
}

}  // namespace

struct token_client::body : std::enable_shared_from_this<token_client::body> {
    body(reactor& on, http::client& by, token_client_terms with)
        : home(on), over(by), terms(std::move(with)),
          directory(on, by, terms.issuer, terms.loopback, terms.within) {}

    wall_time now() const {
        return terms.now ? terms.now() : wall_now();
    }

    task<oidc_result<http::client_answer>> ask(endpoint of, form what, deadline until) {
        const auto self = shared_from_this();
        const auto known = co_await directory.metadata(until);
        if (!known) co_return std::unexpected(known.error());
        const auto& provider = **known;
        const bool shown = terms.as.by == client_auth::tls_client_auth;
        const auto& alias = provider.aliases.*of.with_certificate;
        const auto& url = shown && !alias.empty() ? alias : provider.*of.at;
        if (url.empty()) co_return std::unexpected(oidc_failure{oidc_fault::not_offered});
        http::client_request request{.verb = http::method::post, .url = url};
        if (!prove(provider, what, request))
            co_return std::unexpected(oidc_failure{.why = oidc_fault::misconfigured,
                                                   .detail = "its key does not sign"});
        request.body = what.text();
        request.body_bytes_max = token_answer_bytes_max;
        request.fields.push_back({"Content-Type", "application/x-www-form-urlencoded"});
        request.fields.push_back({"Accept", "application/json"});
        auto answer = co_await detail::exchanged(over, std::move(request),
                                                 until.at_most(terms.exchange_max));
        if (answer && has_moved(answer->status)) directory.doubt();
        co_return answer;
    }

    /// False when OpenSSL does not sign, or has no randomness.
    bool prove(const provider_metadata& to, form& what, http::client_request& request) const {
        const bool by_issuer = terms.assertions == assertion_audience::issuer;
        try {
            authenticate(terms.as, by_issuer ? terms.issuer : to.token_url, now(), what, request);
            return true;
        } catch (const std::runtime_error&) {
            return false;
        }
    }

    /// The answer, read.
    template <class Read>
    task<std::invoke_result_t<Read, const raw_answer&>> read(endpoint of, form what, Read reader,
                                                             deadline until) {
        const auto self = shared_from_this();
        const auto answer = co_await ask(of, std::move(what), until);
        if (!answer) co_return std::unexpected(answer.error());
        co_return reader(raw(*answer));
    }

    task<oidc_result<std::string>> authorization_url(authorization_request what, deadline until) {
        const auto self = shared_from_this();
        const auto known = co_await directory.metadata(until);
        if (!known) co_return std::unexpected(known.error());
        const auto& page = (*known)->authorization_url;
        if (page.empty()) co_return std::unexpected(oidc_failure{oidc_fault::not_offered});
        auto query = query_of(what);
        // Pushed, it stands there as a part of the proof already, but for a proof in a field.
        if (!what.push || terms.as.by == client_auth::client_secret_basic)
            query.add("client_id", terms.as.id);
        query.add_some(terms.audience_parameter, what.audience);
        if (!what.push) co_return with_query(page, query);
        const auto uri = co_await read(pushed_endpoint, query, read_pushed_answer, until);
        if (!uri) co_return std::unexpected(uri.error());
        form reference;
        reference.add("client_id", terms.as.id).add("request_uri", *uri);
        co_return with_query(page, reference);
    }

    reactor& home;
    http::client& over;
    const token_client_terms terms;
    provider_directory directory;
};

token_client::token_client(reactor& home, http::client& over, token_client_terms terms)
    : body_(std::make_shared<body>(home, over, std::move(terms))) {
    for (const auto& fault : faults_of(body_->terms.as))
        throw std::invalid_argument("the client at " + issuer() + ": " + fault);
}

token_client::~token_client() = default;

const std::string& token_client::issuer() const noexcept { return body_->terms.issuer; }
const std::string& token_client::client_id() const noexcept { return body_->terms.as.id; }
reactor& token_client::home() const noexcept { return body_->home; }

task<oidc_result<token_set>> token_client::client_credentials(const grant_request& what,
                                                              deadline until) {
    form body;
    body.add("grant_type", "client_credentials")
        .add_some("scope", what.scope)
        .add_some(body_->terms.audience_parameter, what.audience);
    return on_reactor(body_->home,
                      body_->read(token_endpoint, std::move(body), read_token_answer, until));
}

task<oidc_result<token_set>> token_client::exchange_code(const code_exchange& what,
                                                         deadline until) {
    form body;
    body.add("grant_type", "authorization_code")
        .add("code", what.code.reveal())
        .add("redirect_uri", what.redirect_uri)
        .add("code_verifier", what.verifier.reveal())
        .add_some(body_->terms.audience_parameter, what.audience);
    return on_reactor(body_->home,
                      body_->read(token_endpoint, std::move(body), read_token_answer, until));
}

task<oidc_result<token_set>> token_client::refresh(const secret& token, const grant_request& what,
                                                   deadline until) {
    form body;
    body.add("grant_type", "refresh_token")
        .add("refresh_token", token.reveal())
        .add_some("scope", what.scope)
        .add_some(body_->terms.audience_parameter, what.audience);
    return on_reactor(body_->home,
                      body_->read(token_endpoint, std::move(body), read_token_answer, until));
}

task<oidc_result<introspected_token>> token_client::introspect(const secret& token,
                                                               std::string_view hint,
                                                               deadline until) {
    form body;
    body.add("token", token.reveal()).add_some("token_type_hint", hint);
    return on_reactor(body_->home, body_->read(introspection_endpoint, std::move(body),
                                               read_introspection, until));
}

task<oidc_result<void>> token_client::revoke(const secret& token, std::string_view hint,
                                              deadline until) {
    form body;
    body.add("token", token.reveal()).add_some("token_type_hint", hint);
    return on_reactor(body_->home,
                      body_->read(revocation_endpoint, std::move(body), read_revocation, until));
}

task<oidc_result<std::string>> token_client::authorization_url(authorization_request what,
                                                               deadline until) {
    return on_reactor(body_->home, body_->authorization_url(std::move(what), until));
}

task<oidc_result<provider_directory::kept>> token_client::metadata(deadline until) {
    return on_reactor(body_->home, body_->directory.metadata(until));
}

task<void> token_client::stop() {
    const auto self = body_;
    while (self->directory.under_way()) co_await sleep_until(deadline::after(client_stop_look_ms));
}

}  // namespace headroom::auth
