#include "service/sign_in/browser_sign_in.hpp"

#include "headroom/auth/oidc/accept_session.hpp"
#include "headroom/auth/oidc/limit_sign_ins.hpp"

namespace headroom::service::sign_in {
namespace {

auth::token_client_terms client_terms_of(const settings& with) {
    auth::token_client_terms made;
    made.issuer = with.auth.own_issuer()->policy.issuer;
    made.as = with.sign_in.as;
    made.loopback = with.auth.loopback;
    made.audience_parameter = with.sign_in.audience_parameter;
    return made;
}

/// Before every name in Redis: systems may share one.
std::string prefix_of(const settings& with) { return with.process.system + ":auth:"; }

auth::rotation_terms rotation_of(const settings& with) {
    return {.prefix = prefix_of(with),
            .audience = with.sign_in.audience,
            .sealing = with.sign_in.sealing,
            // A session that nobody came for since may hold the spent one as long as that.
            .kept = with.sign_in.idle_max + auth::rotation_terms().kept};
}

auth::session_terms sessions_of(const settings& with, auth::sign_in& by) {
    return {.prefix = prefix_of(with),
            .sealing = with.sign_in.sealing,
            .idle_max = with.sign_in.idle_max,
            .life_max = with.sign_in.life_max,
            .who_again = [&by](const auth::token_set& of, const auth::principal& before,
                               deadline until) { return by.read_again(of, before, until); }};
}

/// Id tokens are asked what the issuer's other tokens are; a tenant need not be in them.
auth::sign_in_terms sign_in_of(const settings& with) {
    const auto& usual = with.auth.own_issuer()->policy;
    auto policy = auth::id_token_policy(usual.issuer, with.sign_in.as.id);
    policy.algorithms = usual.algorithms;
    policy.leeway = usual.leeway;
    policy.tenants = usual.tenants;
    policy.tenant_claim = usual.tenant_claim;
    policy.roles_claim = usual.roles_claim;
    policy.scope_claim = usual.scope_claim;
    return {.redirect_uri = with.sign_in.redirect_uri,
            .scope = with.sign_in.scope,
            .audience = with.sign_in.audience,
            .push = with.sign_in.push,
            .id_tokens = std::move(policy)};
}

/// Those whose pages may send credentials: an origin that is listed without may not.
std::vector<std::string> other_pages(const http::cors_settings& of) {
    return of.allow_credentials ? of.allow_origins : std::vector<std::string>{};
}

/// Null where there is no such limit.
std::shared_ptr<http::rate_limiter> rates_of(const auth::sign_in_settings& with) {
    if (with.rate == 0) return nullptr;
    return std::make_shared<http::rate_limiter>(
        http::rate_terms{.per_second = with.rate, .burst = with.burst});
}

/// What an operator should look at: the rest is what browsers and people do.
bool is_a_trouble(std::string_view what) {
    return what == "not_begun" || what == "too_many" ||
           what == to_string(auth::sign_in_fault::unavailable) ||
           what == to_string(auth::sign_in_fault::bad_id_token);
}

}  // namespace

browser_sign_in::browser_sign_in(const sign_in_ground& of)
    : home_(of.in.home()), log_(of.in.log()), life_max_(of.in.with().sign_in.life_max),
      provider_(home_, of.client, client_terms_of(of.in.with())),
      renewing_(provider_, of.in.redis()->shared(), rotation_of(of.in.with())),
      states_(of.in.redis()->shared(), prefix_of(of.in.with()), of.in.with().sign_in.sealing,
              of.in.with().sign_in.pending_max),
      sign_in_(provider_, of.keys, states_, sign_in_of(of.in.with())),
      sessions_(provider_, renewing_, of.in.redis()->shared(),
                sessions_of(of.in.with(), sign_in_)),
      pages_(of.in.with().sign_in.redirect_uri, other_pages(of.in.with().http.cross_origin)),
      verifier_(sessions_, of.bearer, of.in.with().auth.own_issuer()->policy.audiences),
      figures_(of.metrics), rates_(rates_of(of.in.with().sign_in)),
      looks_(home_, period_ms, [this] { look(); }) {}

void browser_sign_in::authenticate(http::router& to, auth::exempt_routes exempt) {
    if (rates_) to.use(auth::limit_sign_ins(rates_, [this] { figures_.count("too_often"); }));
    to.use(auth::accept_session(verifier_, pages_, std::move(exempt)));
}

void browser_sign_in::add_routes(http::typed::api& to) {
    auth::add_sign_in_routes(to, {sign_in_, sessions_, pages_, life_max_,
                                  [this](std::string_view what, const std::string& why) {
                                      tell(what, why);
                                  }});
}

void browser_sign_in::tell(std::string_view what, const std::string& why) {
    figures_.count(what);
    if (is_a_trouble(what)) log_.warn("a sign-in failed", {{"what", what}, {"why", why}});
    else log_.info("a sign-in", {{"what", what}, {"why", why}});
}

void browser_sign_in::start(deadline) { looks_.start(); }

void browser_sign_in::stop(deadline drain_until) noexcept {
    if (!looks_.stop()) return;
    home_.run_blocking([this, drain_until]() -> task<void> {
        co_await renewing_.stop(drain_until);
        co_await provider_.stop();
    });
}

void browser_sign_in::look() {
    figures_.show(renewing_.figures());
    figures_.show_pending(states_.pending(), states_.pending_max());
}

}  // namespace headroom::service::sign_in
