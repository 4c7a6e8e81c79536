#include "headroom/auth/oidc/sign_in_routes.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "headroom/auth/oidc/cookie.hpp"

namespace headroom::auth {
namespace {

std::vector<std::string_view> cookies_of(const http::request& of) {
    std::vector<std::string_view> found;
    for (const auto& each : of.headers.all())
        if (http::fields({&each, 1}).count("Cookie") == 1) found.push_back(each.value);
    return found;
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

task<http::response> get_login(sign_in_desk desk, http::request& of) {
    auto back = local_path(of.query_value("return_to").value_or("/"));
    auto begun = co_await desk.in.begin(
        std::move(back), host_cookie_in(cookies_of(of), sign_in_cookie).value_or(secret()),
        of.until);
    if (!begun) {
        if (desk.tell) desk.tell("a sign-in did not begin: " + begun.error().sentence());
        co_return to_answer(sign_in_fault::unavailable);
    }
    auto made = sent_to(begun->url);
    made.with("Set-Cookie", host_cookie(sign_in_cookie, begun->cookie, sign_in_states::ttl));
    co_return made;
}

callback_query query_of(const http::request& of) {
    const auto value = [&](std::string_view name) { return of.query_value(name).value_or(""); };
    return {value("state"), secret(value("code")), value("iss"), value("error")};
}

task<http::response> get_callback(sign_in_desk desk, http::request& of) {
    auto end = co_await desk.in.finish(
        query_of(of), host_cookie_in(cookies_of(of), sign_in_cookie).value_or(secret()), of.until);
    if (!end) {
        const auto& why = end.error();
        if (desk.tell)
            desk.tell("a sign-in failed: " + std::string(to_string(why.why)) + " " + why.detail);
        co_return to_answer(why.why);
    }
    const auto old = session_id_of(of);
    auto made = sent_to(end->return_to);
    const auto id = co_await desk.all.begin(*std::move(end), of.until);
    if (old) (void)co_await desk.all.end(*old, of.until);
    made.with("Set-Cookie", host_cookie(session_cookie, id, desk.life_max))
        .with("Set-Cookie", host_cookie(sign_in_cookie, secret(), std::chrono::seconds(0)));
    co_return made;
}

/// Another site has no say about who is signed in. SameSite keeps the cookie from it already.
bool is_of_another_site(const http::request& of) {
    return of.headers.find("Sec-Fetch-Site").value_or("") == "cross-site";
}

task<http::response> post_logout(sign_in_desk desk, http::request& of) {
    if (is_of_another_site(of))
        co_return sign_in_problem(403, "FORBIDDEN", "Another site may not sign you out.");
    if (const auto id = session_id_of(of)) (void)co_await desk.all.end(*id, of.until);
    auto made = unstored(http::response::empty());
    made.with("Set-Cookie", host_cookie(session_cookie, secret(), std::chrono::seconds(0)));
    co_return made;
}

boost::json::array texts(const std::vector<std::string>& of) {
    return boost::json::array(of.begin(), of.end());
}

task<http::response> get_session(sign_in_desk desk, http::request& of) {
    const auto id = session_id_of(of);
    const auto found = id ? co_await desk.all.find(*id, of.until) : std::nullopt;
    if (!found) co_return sign_in_problem(401, "MISSING_SESSION", "Nobody is signed in.");
    const auto& who = found->who;
    const auto ends = std::chrono::floor<std::chrono::seconds>(found->ends.time_since_epoch());
    const boost::json::object body{
        {"issuer", who.issuer},
        {"subject", who.subject},
        {"tenant", who.tenant ? boost::json::value(who.tenant->text()) : boost::json::value()},
        {"roles", texts(who.roles)},
        {"scopes", texts(who.scopes)},
        {"ends_at", ends.count()}};
    co_return unstored(http::response::json(boost::json::serialize(body)));
}

}  // namespace

std::optional<secret> session_id_of(const http::request& of) {
    return host_cookie_in(cookies_of(of), session_cookie);
}

void add_sign_in_routes(http::router& to, const sign_in_desk& of) {
    to.get("/auth/login", [of](http::request& request) { return get_login(of, request); });
    to.get("/auth/callback", [of](http::request& request) { return get_callback(of, request); });
    to.post("/auth/logout", [of](http::request& request) { return post_logout(of, request); });
    to.get("/auth/session", [of](http::request& request) { return get_session(of, request); });
}

}  // namespace headroom::auth
