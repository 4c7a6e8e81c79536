#include "headroom/auth/oidc/accept_session.hpp"

#include <algorithm>

#include "headroom/auth/oidc/cookie.hpp"

namespace headroom::auth {

std::vector<std::string_view> cookies_of(const http::request& of) {
    std::vector<std::string_view> found;
    for (const auto& each : of.headers.all())
        if (http::fields({&each, 1}).count("Cookie") == 1) found.push_back(each.value);
    return found;
}

std::optional<secret> session_id_of(const http::request& of) {
    return host_cookie_in(cookies_of(of), session_cookie);
}

denial other_site() {
    return forbidden("Only a page of this site may ask that with its cookie.", "other_site");
}

bool accept_session::looks_at(const http::request& of) const {
    const bool explicit_one =
        of.headers.count("Authorization") > 0 || of.headers.count(api_key_header) > 0;
    const bool exempt =
        !of.route.empty() && std::ranges::find(exempt_, of.route) != exempt_.end();
    return !explicit_one && !exempt && find_principal(of) == nullptr;
}

task<http::response> accept_session::operator()(http::request& of, http::next onward) const {
    const auto id = looks_at(of) ? session_id_of(of) : std::nullopt;
    if (!id) co_return co_await onward(of);
    if (may_change(of) && !pages_.sent(of)) throw denied(other_site());
    auto found = co_await sessions_.verify(*id, of.until);
    if (!found) throw denied(std::move(found.error()));
    of.left.put(known_principal{std::move(found->who)});
    of.left.put(known_session{found->ends});
    co_return co_await onward(of);
}

}  // namespace headroom::auth
