#include "headroom/auth/oidc/sign_in_states.hpp"

#include <boost/json/object.hpp>
#include <stdexcept>

#include "headroom/auth/base64url.hpp"
#include "headroom/auth/detail/sha256.hpp"
#include "headroom/auth/detail/strict_object.hpp"
#include "headroom/auth/oidc/detail/token_record.hpp"
#include "headroom/auth/random_text.hpp"

namespace headroom::auth {
namespace {

secret text_of_begun(const begun_sign_in& of) {
    const auto begun = std::chrono::floor<std::chrono::seconds>(of.begun.time_since_epoch());
    return detail::to_text({{"code_verifier", of.verifier.reveal()},
                            {"redirect_uri", of.redirect_uri},
                            {"nonce", of.nonce},
                            {"binding", of.binding},
                            {"return_to", of.return_to},
                            {"created_at", begun.count()}});
}

std::optional<begun_sign_in> begun_in(const secret& text) {
    const auto read = detail::strict_object(text.reveal());
    if (!read) return std::nullopt;
    const auto member = [&](std::string_view name) { return detail::text_of(*read, name); };
    const auto verifier = member("code_verifier"), redirect = member("redirect_uri"),
               nonce = member("nonce"), binding = member("binding"), back = member("return_to");
    const auto* begun = read->if_contains("created_at");
    if (!verifier || !redirect || !nonce || !binding || !back || begun == nullptr ||
        !begun->is_int64())
        return std::nullopt;
    return begun_sign_in{secret(std::string(*verifier)), std::string(*redirect),
                         std::string(*nonce),            std::string(*binding),
                         std::string(*back), wall_time(std::chrono::seconds(begun->get_int64()))};
}

bool is_state(std::string_view text) {
    return text.size() == unguessable_length &&
           text.find_first_not_of(base64url_alphabet) == text.npos;
}

}  // namespace

std::string binding_of(const secret& cookie) {
    return to_base64url(detail::sha256(cookie.reveal()));
}

sign_in_states::sign_in_states(redis::mux& shared, std::string prefix, const secret& sealing)
    : shared_(shared), prefix_(std::move(prefix)), seal_(sealing, "pkce") {}

task<void> sign_in_states::put(std::string state, begun_sign_in what, deadline until) {
    if (!is_state(state) || what.return_to.size() > return_to_bytes_max)
        throw std::length_error("a sign-in's state or way back is none");
    const auto sealed = seal_.seal(state, text_of_begun(what));
    (void)co_await shared_.run(
        redis::command("SET", prefix_ + "pkce:" + state, sealed, "EX", ttl.count()),
        until.at_most(redis_wait_max),
        redis::sending::repeatable);
}

task<std::optional<begun_sign_in>> sign_in_states::take(std::string state, deadline until) {
    if (!is_state(state)) co_return std::nullopt;
    const auto said = co_await shared_.run(redis::command("GETDEL", prefix_ + "pkce:" + state),
                                           until.at_most(redis_wait_max),
                                           redis::sending::once);
    if (said.is_nothing()) co_return std::nullopt;
    const auto text = seal_.open(state, said.text());
    if (!text) co_return std::nullopt;
    co_return begun_in(*text);
}

}  // namespace headroom::auth
