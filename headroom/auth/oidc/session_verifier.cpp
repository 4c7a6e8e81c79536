#include "headroom/auth/oidc/session_verifier.hpp"

#include <algorithm>
#include <boost/json/array.hpp>

#include "headroom/auth/detail/strict_object.hpp"
#include "headroom/auth/jws.hpp"
#include "headroom/persistence/redis/error.hpp"

namespace headroom::auth {
namespace {

using verified_session = std::expected<session_holder, denial>;

std::unexpected<denial> session_is_over() {
    auto why = denial_of(token_fault::no_credentials);
    why.error_code = "SESSION_ENDED";
    why.detail = "The session is over. Sign in again.";
    why.reason = "session_ended";
    return std::unexpected(std::move(why));
}

std::unexpected<denial> session_unavailable(std::string detail, std::string_view reason) {
    return std::unexpected(denial{503, "SERVICE_UNAVAILABLE", std::move(detail), {}, reason});
}

std::unexpected<denial> another_persons_token() {
    return std::unexpected(denial_of(token_fault::bad_claim));
}

/// With the address and the name that only the id token has.
std::shared_ptr<const principal> completed(std::shared_ptr<const principal> by_token,
                                           const principal& by_sign_in) {
    const bool email = !by_token->email && by_sign_in.email;
    const bool name = !by_token->name && by_sign_in.name;
    if (!email && !name) return by_token;
    auto made = std::make_shared<principal>(*by_token);
    if (email) made->email = by_sign_in.email;
    if (name) made->name = by_sign_in.name;
    return made;
}

}  // namespace

bool names_audience(std::string_view token, const std::vector<std::string>& any) {
    if (token.size() > token_bytes_max) return false;
    const auto read = parse_jws(token);
    const auto claims = read ? detail::strict_object(read->payload) : std::nullopt;
    const auto* audience = claims ? claims->if_contains("aud") : nullptr;
    const auto is_ours = [&](const boost::json::value& each) {
        return each.is_string() && std::ranges::find(any, std::string_view(each.get_string())) !=
                                       any.end();
    };
    if (audience == nullptr) return false;
    return audience->is_array() ? std::ranges::any_of(audience->get_array(), is_ours)
                                : is_ours(*audience);
}

task<std::optional<std::optional<session>>> session_verifier::found(secret id,
                                                                    deadline until) const {
    try {
        co_return co_await all_.find(std::move(id), until);
    } catch (const redis::deadline_passed&) {
    } catch (const redis::connection_lost&) {
    } catch (const redis::server_error&) {
    }
    co_return std::nullopt;
}

task<verified_session> session_verifier::verify(secret id, deadline until) const {
    auto one = co_await found(std::move(id), until);
    if (!one)
        co_return session_unavailable("Sessions cannot be read at present.", "sessions_unread");
    if (!*one) co_return session_is_over();
    if ((*one)->access.empty())
        co_return session_unavailable("The identity provider does not renew the session's tokens.",
                                      "session_not_renewed");
    co_return co_await judged(std::move(**one), until);
}

task<verified_session> session_verifier::judged(session of, deadline until) const {
    const auto by_token = co_await tokens_.verify(of.access.reveal(), until);
    if (by_token) {
        const auto& other = **by_token;
        if (other.issuer != of.who.issuer || other.subject != of.who.subject)
            co_return another_persons_token();
        co_return session_holder{completed(*by_token, of.who), of.ends};
    }
    const auto why = by_token.error().why;
    if (why == token_fault::no_keys || names_audience(of.access.reveal(), audiences_))
        co_return std::unexpected(denial_of(why));
    co_return session_holder{std::make_shared<const principal>(std::move(of.who)), of.ends};
}

}  // namespace headroom::auth
