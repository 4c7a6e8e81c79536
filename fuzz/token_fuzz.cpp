// Tokens of any bytes are refused for a reason that is safe to show, and what is taken apart is put
// together again to the same text: a token has one form. The bytes as claims are refused too, or
// make a principal within its bounds.
#include <cstdlib>

#include "headroom/auth/base64url.hpp"
#include "headroom/auth/bearer.hpp"
#include "headroom/auth/claims.hpp"
#include "headroom/auth/detail/strict_object.hpp"
#include "headroom/auth/token_verifier.hpp"

namespace {

using namespace headroom::auth;

void require(bool holds) {
    if (!holds) std::abort();
}

// That of RFC 7515, appendix A.3.
constexpr char jwks[] =
    R"({"keys":[{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",)"
    R"("y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]})";

const wall_time now{std::chrono::seconds(1'300'819'000)};

issuer_policy joes() {
    issuer_policy made;
    made.issuer = "joe";
    made.audiences = {"api"};
    return made;
}

void check_fault(token_fault why) {
    require(!to_string(why).empty() && !sentence(why).empty() && status_of(why) >= 400);
    require(challenge("api", why).find('\n') == std::string::npos);
}

void check_token(std::string_view text) {
    static const auto keys =
        std::make_shared<const key_set>(key_set::parse(jwks, key_origin::remote).value());
    token_verifier tokens({joes()}, [](std::string_view) { return keys; }, 4);
    const auto made = tokens.verify(text, now);
    require(!made.has_value());  // nobody here can sign claims of ours
    check_fault(made.error().why);
    const auto read = parse_jws(text);
    if (!read) return check_fault(read.error());
    require(text == std::string(read->signed_text) + "." + to_base64url(read->signature));
    require(read->signed_text.ends_with("." + to_base64url(read->payload)));
}

void check_claims_of(std::string_view text) {
    const auto claims = detail::strict_object(text);
    if (!claims) return;
    const auto made = check_claims(*claims, "at+jwt", joes(), now);
    if (!made) return check_fault(made.error());
    require(made->who.tenant && made->who.issuer == "joe");
    require(!made->who.subject.empty() && made->who.subject.size() <= name_bytes_max);
    require(made->who.scopes.size() <= names_max && made->who.roles.size() <= names_max);
    require(made->until <= made->who.expiry);
    require(now - joes().leeway < made->who.expiry);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    check_token(text);
    check_claims_of(text);
    if (const auto token = bearer_token({{text}})) require(text.ends_with(*token));
    return 0;
}
