#include "headroom/auth/oidc/sign_in_routes.hpp"

#include "headroom/auth/oidc/cookie.hpp"
#include "headroom/auth/oidc/session_view.hpp"
#include "headroom/auth/principal_argument.hpp"

namespace headroom::auth {

using http::typed::bare, http::typed::query;

namespace {

/// Of a query; it may be left out.
template <http::typed::fixed_text Name>
using said = query<Name, std::optional<std::string>>;

void told(const sign_in_desk& desk, std::string_view what, const std::string& why = {}) {
    if (desk.tell) desk.tell(what, why);
}

/// Of what holds a secret, or depends on who asks.
http::response unstored(http::response made) {
    made.with("Cache-Control", "no-store").with("Referrer-Policy", "no-referrer");
    made.keep_plain();
    return made;
}

http::response sent_to(std::string_view url) {
    http::response made(303);
    made.with("Location", url);
    return unstored(std::move(made));
}

http::response sign_in_problem(unsigned status, std::string_view code, std::string detail) {
    http::problem made{.status = status, .detail = std::move(detail)};
    made.with("error_code", code);
    return unstored(http::response(std::move(made)));
}

http::response to_answer(sign_in_fault why) {
    using enum sign_in_fault;
    switch (why) {
        case denied:
            return sign_in_problem(403, "SIGN_IN_DENIED", "The provider did not sign you in.");
        case unavailable:
            return sign_in_problem(503, "SERVICE_UNAVAILABLE",
                                   "The identity provider does not answer.");
        default:
            return sign_in_problem(400, "SIGN_IN_FAILED",
                                   "This sign-in is over, or another browser's. Begin again.");
    }
}

http::response to_answer(const begin_failure& why) {
    if (!why.full) return to_answer(sign_in_fault::unavailable);
    http::problem made{.status = 503, .detail = "Too many sign-ins have begun and not ended."};
    made.with("error_code", "TOO_MANY_SIGN_INS")
        .with("pending", static_cast<std::int64_t>(why.full->pending))
        .with("limit", static_cast<std::int64_t>(why.full->limit));
    auto answer = unstored(http::response(std::move(made)));
    answer.with("Retry-After", std::to_string(why.full->wait.count()));
    return answer;
}

task<bare<303>> get_login(sign_in_desk desk, said<"return_to"> wanted, const http::request& of) {
    auto back = local_path(wanted.is.value_or("/"));
    auto begun = co_await desk.in.begin(
        std::move(back), host_cookie_in(cookies_of(of), sign_in_cookie).value_or(secret()),
        of.until);
    if (!begun) {
        told(desk, begun.error().full ? "too_many" : "not_begun", begun.error().sentence());
        co_return to_answer(begun.error());
    }
    auto made = sent_to(begun->url);
    made.with("Set-Cookie", host_cookie(sign_in_cookie, begun->cookie, sign_in_states::ttl));
    co_return made;
}

task<bare<303>> get_callback(sign_in_desk desk, said<"state"> state, said<"code"> code,
                             said<"iss"> issuer, said<"error"> error, const http::request& of) {
    callback_query back{state.is.value_or(""), secret(code.is.value_or("")),
                        issuer.is.value_or(""), error.is.value_or("")};
    auto end = co_await desk.in.finish(
        std::move(back), host_cookie_in(cookies_of(of), sign_in_cookie).value_or(secret()),
        of.until);
    if (!end) {
        told(desk, to_string(end.error().why), end.error().detail);
        co_return to_answer(end.error().why);
    }
    const auto old = session_id_of(of);
    auto made = sent_to(end->return_to);
    const auto id = co_await desk.all.begin(*std::move(end), of.until);
    // Not revoked: a provider may take that for the end of the grant both have (RFC 7009, 2.1).
    if (old) co_await desk.all.forget(*old, of.until);
    told(desk, "signed_in");
    // The other cookie stays: other windows may be at the provider with it.
    made.with("Set-Cookie", host_cookie(session_cookie, id, desk.life_max));
    co_return made;
}

task<bare<204>> post_logout(sign_in_desk desk, const http::request& of) {
    const auto id = session_id_of(of);
    if (id && !desk.pages.sent(of)) co_return unstored(to_response(other_site()));
    if (id && co_await desk.all.end(*id, of.until)) told(desk, "signed_out");
    auto made = unstored(http::response::empty());
    made.with("Set-Cookie", host_cookie(session_cookie, secret(), std::chrono::seconds(0)));
    co_return made;
}

task<http::typed::answer<session_view, 200>> get_session(const principal& who,
                                                         const http::request& of) {
    const auto* session = of.left.find<known_session>();
    if (session == nullptr)
        co_return sign_in_problem(401, "MISSING_SESSION", "Nobody is signed in with a browser.");
    const auto ends = std::chrono::floor<std::chrono::seconds>(session->ends.time_since_epoch());
    session_view made{who.issuer, who.subject, {}, who.roles, who.scopes, ends.count()};
    if (who.tenant) made.tenant = who.tenant->text();
    co_return unstored(http::typed::json_response(made));
}

http::typed::about about_sign_in(std::string summary, std::vector<unsigned> problems) {
    return {.summary = std::move(summary),
            .tag = "sign-in",
            .problems = std::move(problems),
            .when = http::admission::standalone};  // on the provider, and where sessions rest
}

}  // namespace

void add_sign_in_routes(http::typed::api& to, const sign_in_desk& of) {
    using http::typed::bound;
    to.get<"/auth/login">(bound(of, get_login),
                          about_sign_in("To the provider, to sign in", {429, 503}));
    to.get<"/auth/callback">(
        bound(of, get_callback),
        about_sign_in("Back from the provider, to a session", {400, 403, 429, 503}));
    to.post<"/auth/logout">(bound(of, post_logout), about_sign_in("Ends the session", {403}));
    auto about_session = about_sign_in("Who is signed in with a browser", {401});
    about_session.when = http::admission::sheddable;  // whoever is signed in may be looked up
    to.get<"/auth/session">(get_session, std::move(about_session));
}

}  // namespace headroom::auth
