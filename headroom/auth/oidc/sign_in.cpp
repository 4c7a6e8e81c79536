#include "headroom/auth/oidc/sign_in.hpp"

#include <boost/assert.hpp>

#include "headroom/auth/authenticator.hpp"
#include "headroom/auth/oidc/pkce.hpp"
#include "headroom/auth/oidc/token_answer.hpp"
#include "headroom/auth/random_text.hpp"

namespace headroom::auth {
namespace {

using begin_end = std::expected<begun_for_browser, begin_failure>;
using sign_in_end = std::expected<signed_in, sign_in_failure>;

std::unexpected<sign_in_failure> sign_in_failed(sign_in_fault why, std::string detail = {}) {
    return std::unexpected(sign_in_failure{why, std::move(detail)});
}

std::unexpected<sign_in_failure> sign_in_failed(const oidc_failure& by) {
    const bool refused = by.why == oidc_fault::grant_refused;
    return sign_in_failed(refused ? sign_in_fault::grant_refused : sign_in_fault::unavailable,
                          by.sentence());
}

}  // namespace

std::string_view to_string(sign_in_fault of) noexcept {
    using enum sign_in_fault;
    switch (of) {
        case unknown_state: return "unknown_state";
        case other_browser: return "other_browser";
        case other_issuer: return "other_issuer";
        case denied: return "denied";
        case grant_refused: return "grant_refused";
        case bad_id_token: return "bad_id_token";
        case unavailable: return "unavailable";
    }
    return "unknown";
}

sign_in::sign_in(token_client& provider, key_source& keys, sign_in_states& states,
                 sign_in_terms terms)
    : provider_(provider), keys_(keys), states_(states), terms_(std::move(terms)) {
    BOOST_ASSERT(faults_of(terms_.id_tokens).empty());
    BOOST_ASSERT(terms_.id_tokens.issuer == provider.issuer());
    BOOST_ASSERT(keys.issuer() == provider.issuer());
}

task<begin_end> sign_in::begin(std::string return_to, secret cookie, deadline until) {
    const auto state = random_text();
    if (cookie.reveal().size() != unguessable_length) cookie = secret(random_text());
    begun_sign_in begun{.verifier = secret(random_text()), .redirect_uri = terms_.redirect_uri,
                        .nonce = random_text(), .binding = binding_of(cookie),
                        .return_to = std::move(return_to), .begun = wall_now()};
    authorization_request asked{
        .redirect_uri = terms_.redirect_uri, .scope = terms_.scope, .state = state,
        .nonce = begun.nonce, .challenge = pkce_challenge(begun.verifier.reveal()),
        .audience = terms_.audience, .prompt = terms_.prompt, .push = terms_.push};
    // First what is bounded: the provider may have to be asked.
    const auto kept = co_await states_.put(state, std::move(begun), until);
    if (!kept) co_return std::unexpected(begin_failure{.full = kept.error()});
    auto url = co_await provider_.authorization_url(std::move(asked), until);
    if (url) co_return begun_for_browser{*std::move(url), cookie};
    if (!until.passed()) (void)co_await states_.take(state, until);
    co_return std::unexpected(begin_failure{.provider = std::move(url.error())});
}

task<sign_in_end> sign_in::finish(callback_query with, secret cookie, deadline until) {
    using enum sign_in_fault;
    const auto begun = co_await states_.take(with.state, until);
    if (!begun) co_return sign_in_failed(unknown_state);
    const secret shown(binding_of(cookie)), kept(begun->binding);  // compared in constant time
    if (shown != kept) co_return sign_in_failed(other_browser);
    const auto known = co_await provider_.metadata(until);
    if (!known) co_return sign_in_failed(known.error());
    const bool must_name = (*known)->names_itself || !with.issuer.empty();
    if (must_name && with.issuer != provider_.issuer()) co_return sign_in_failed(other_issuer);
    if (is_passing_error(with.error))
        co_return sign_in_failed(unavailable, "the provider said so at the end of its page");
    if (!with.error.empty() || with.code.empty()) co_return sign_in_failed(denied);
    const auto issued = wall_now();
    auto tokens = co_await provider_.exchange_code(
        {with.code, begun->verifier, begun->redirect_uri, terms_.audience}, until);
    if (!tokens) co_return sign_in_failed(tokens.error());
    const auto who = co_await verified(*tokens, begun->nonce, until);
    if (!who) {
        const auto why = who.error().why;
        const bool keys_lag = why == token_fault::no_keys || why == token_fault::unknown_key;
        co_return sign_in_failed(keys_lag ? unavailable : bad_id_token,
                                 std::string(to_string(why)));
    }
    co_return signed_in{*who, *std::move(tokens), issued, begun->return_to};
}

task<verified_principal> sign_in::read_again(const token_set& of, const principal& before,
                                             deadline until) {
    auto who = co_await verified(of, {}, until);
    if (who && (*who)->subject != before.subject)
        co_return std::unexpected(token_refusal{token_fault::bad_claim, {}, {}});
    co_return who;
}

task<verified_principal> sign_in::verified(const token_set& of,
                                           std::optional<std::string_view> nonce,
                                           deadline until) {
    constexpr auto no_keys = token_fault::no_keys;
    const id_token_expectation expected{nonce, of.access.reveal()};
    const auto check = [&]() -> verified_principal {
        const auto keys = keys_.keys();
        if (keys == nullptr) return std::unexpected(token_refusal{no_keys, {}, {}});
        return check_id_token(of.id.reveal(), terms_.id_tokens, expected, *keys, wall_now());
    };
    auto who = check();
    const bool look = !who && (who.error().why == token_fault::unknown_key ||
                               who.error().why == no_keys);
    if (!look) co_return who;
    if (co_await keys_.look_again(until) != key_source::looked::again)
        co_return std::unexpected(token_refusal{no_keys, {}, {}});
    co_return check();
}

}  // namespace headroom::auth
