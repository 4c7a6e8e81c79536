#include "headroom/auth/claims.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "headroom/auth/detail/strict_object.hpp"
#include "headroom/auth/token_verifier_fixture.hpp"

namespace headroom::auth {
namespace {

using fixture::at;
using fixture::noon;
using std::chrono::seconds;
using enum token_fault;

issuer_policy policy() {
    issuer_policy made;
    made.issuer = "https://id.example";
    made.audiences = {"api"};
    return made;
}

/// The claims of a good token; `change` replaces a member, or adds it, or takes it away.
class claim_set {
public:
    claim_set() {
        for (const auto& [name, value] :
             {std::pair{"iss", R"("https://id.example")"}, {"sub", R"("user-1")"},
              {"aud", R"("api")"}, {"exp", "1800000600"}, {"iat", "1800000000"},
              {"tenant_id", R"("acme")"}, {"scope", R"("read write")"},
              {"roles", R"(["admin"])"}, {"jti", R"("t-1")"}})
            members_[name] = value;
    }
    claim_set with(const std::string& name, std::string value) const {
        auto made = *this;
        made.members_[name] = std::move(value);
        return made;
    }
    claim_set without(const std::string& name) const {
        auto made = *this;
        made.members_.erase(name);
        return made;
    }
    std::expected<accepted_claims, token_fault> check(const issuer_policy& by = policy(),
                                                      wall_time now = at(noon),
                                                      std::string_view typ = "at+jwt") const {
        std::string text;
        for (const auto& [name, value] : members_)
            text += fmt::format("{}\"{}\":{}", text.empty() ? "{" : ",", name, value);
        const auto read = detail::strict_object(text + "}");
        if (!read) return std::unexpected(not_json);
        return check_claims(*read, typ, by, now);
    }

private:
    std::map<std::string, std::string> members_;
};

const claim_set good;

void expect_fault(token_fault why, const claim_set& claims, const issuer_policy& by = policy()) {
    const auto checked = claims.check(by);
    ASSERT_FALSE(checked);
    EXPECT_EQ(checked.error(), why) << to_string(checked.error());
}

void expect_bad(const std::string& claim, std::initializer_list<const char*> values) {
    for (const auto* each : values) {
        const auto checked = good.with(claim, each).check();
        EXPECT_TRUE(!checked && (checked.error() == bad_claim || checked.error() == not_json))
            << claim << ": " << each;
    }
}

TEST(Claims, MakeAPrincipal) {
    const auto made = good.check();
    ASSERT_TRUE(made) << to_string(made.error());
    const auto& who = made->who;
    EXPECT_EQ(who.issuer, "https://id.example");
    EXPECT_EQ(who.subject, "user-1");
    EXPECT_EQ(who.tenant, persistence::tenant_id::parse("acme").value());
    EXPECT_THAT(who.scopes, ::testing::ElementsAre("read", "write"));
    EXPECT_THAT(who.roles, ::testing::ElementsAre("admin"));
    EXPECT_EQ(who.expiry, at(noon + 600));
    EXPECT_EQ(who.token_id, "t-1");
    EXPECT_EQ(made->until, who.expiry);
    EXPECT_TRUE(who.has_scopes({"write", "read"}) && who.has_role("admin"));
    EXPECT_FALSE(who.has_scopes({"write", "delete"}) || who.has_scope("") || who.has_role("adm"));
}

/// A claim of `noon` looked at `after` seconds later, with a leeway.
bool is_accepted(const std::string& claim, long after, long leeway) {
    auto by = policy();
    by.leeway = seconds(leeway);
    auto claims = good.without("iat").with(claim, std::to_string(noon));
    if (claim == "age") {
        by.age_max = seconds(100);
        claims = good.with("iat", std::to_string(noon - 100)).with("exp", "1900000000");
    } else if (claim != "exp") {
        claims = claims.with("exp", "1900000000");
    }
    return claims.check(by, at(noon + after)).has_value();
}

TEST(Claims, EachDateHasItsBoundary) {
    for (const long leeway : {0L, 1L, 60L, 300L})
        for (const long aside : {-1L, 0L, 1L}) {
            const bool before = aside < 0;
            EXPECT_EQ(is_accepted("exp", leeway + aside, leeway), before) << leeway << aside;
            EXPECT_EQ(is_accepted("age", leeway + aside, leeway), before) << leeway << aside;
            EXPECT_EQ(is_accepted("nbf", -leeway + aside, leeway), !before) << leeway << aside;
            EXPECT_EQ(is_accepted("iat", -leeway + aside, leeway), !before) << leeway << aside;
        }
}

TEST(Claims, AFractionOfASecondCounts) {
    auto by = policy();
    by.leeway = seconds(0);
    const auto claims = good.with("exp", "1800000000.5");
    using std::chrono::milliseconds;
    EXPECT_TRUE(claims.check(by, at(noon) + milliseconds(499)));
    EXPECT_FALSE(claims.check(by, at(noon) + milliseconds(500)));
}

TEST(Claims, ADateIsANumber) {
    for (const auto* claim : {"exp", "nbf", "iat"})
        expect_bad(claim, {R"("1800000600")", "-1", "1e400", "-0.5", "9007199254740993", "1e17",
                           "18446744073709551615", "NaN", "Infinity", "null", "true",
                           "[1800000600]", "{}", "\"\""});
    expect_fault(bad_claim, good.without("exp"));
    EXPECT_TRUE(good.without("iat").check());
    EXPECT_TRUE(good.with("exp", "9007199254740992").check());
    EXPECT_TRUE(good.with("exp", "1.8000006e9").check());
    expect_fault(expired, good.with("exp", "0"));
}

TEST(Claims, TheGreatestAgeNeedsToKnowIt) {
    auto by = policy();
    by.age_max = seconds(60);
    expect_fault(bad_claim, good.without("iat"), by);
    const auto made = good.check(by);
    ASSERT_TRUE(made);
    EXPECT_EQ(made->until, at(noon + 60));
    EXPECT_EQ(made->who.expiry, at(noon + 600));
}

TEST(Claims, TheIssuerIsExactlyThat) {
    for (const auto* other : {R"("https://id.example/")", R"("https://ID.example")", R"("")",
                              R"("http://id.example")", R"("https://id.example ")", "1", "null",
                              R"(["https://id.example"])"})
        expect_fault(unknown_issuer, good.with("iss", other));
    expect_fault(unknown_issuer, good.without("iss"));
}

TEST(Claims, OneOfTheAudiencesIsOurs) {
    EXPECT_TRUE(good.with("aud", R"(["other","api"])").check());
    for (const auto* other : {R"("API")", R"("api ")", R"("")", R"(["other"])", "[]",
                              R"(["api/x"])"})
        expect_fault(wrong_audience, good.with("aud", other));
    expect_bad("aud", {"1", "null", R"({"api":1})", R"(["api",1])", R"([["api"]])", "true"});
    expect_fault(bad_claim, good.without("aud"));
}

TEST(Claims, TheSubjectIsText) {
    expect_bad("sub", {"1", "null", R"("")", "[]", "{}"});
    expect_fault(bad_claim, good.without("sub"));
    const auto text = [](std::size_t bytes) { return "\"" + std::string(bytes, 's') + "\""; };
    EXPECT_TRUE(good.with("sub", text(name_bytes_max)).check());
    expect_fault(bad_claim, good.with("sub", text(name_bytes_max + 1)));
    expect_fault(bad_claim, good.with("jti", text(name_bytes_max + 1)));
    expect_bad("jti", {"1", "null", "[]"});
}

TEST(Claims, TheSubjectMayHoldBlanks) {
    for (const auto* each : {"Ada  Lovelace 1", " ", " a "}) {
        const auto made = good.with("sub", fmt::format("\"{}\"", each)).check();
        ASSERT_TRUE(made) << to_string(made.error()) << each;
        EXPECT_EQ(made->who.subject, each);
    }
}

TEST(Claims, NamesHoldNoControlCharacters) {
    for (const auto* claim : {"sub", "jti", "scope", "roles"}) {
        expect_bad(claim, {R"("a\u0000b")", R"("a\nb")", R"("a\u007fb")"});
        EXPECT_TRUE(good.with(claim, R"("\u00e9\ud83d\ude00")").check());
    }
    expect_bad("roles", {R"([""])", R"(["a\u0000"])"});
}

TEST(Claims, AnAccessTokenSaysSo) {
    for (const auto* typ : {"", "jwt", "id_token+jwt", "logout+jwt", "dpop+jwt"})
        EXPECT_EQ(good.check(policy(), at(noon), typ).error(), wrong_type) << typ;
}

TEST(Claims, OtherTokensOfTheIssuerAreNoAccessTokens) {
    auto by = policy();
    by.types = {"jwt", ""};
    EXPECT_TRUE(good.check(by, at(noon), "jwt"));
    EXPECT_TRUE(good.check(by, at(noon), ""));
    for (const auto* claim : {"nonce", "at_hash", "c_hash", "s_hash"})
        EXPECT_EQ(good.with(claim, R"("x")").check(by, at(noon), "jwt").error(), no_access_token);
    // Keycloak's, whose access tokens had the sign-in's nonce before version 25.
    for (const auto* kind : {R"("ID")", R"("Refresh")", R"("Offline")", R"("Logout")"})
        EXPECT_EQ(good.with("typ", kind).check(by, at(noon), "jwt").error(), no_access_token);
    EXPECT_TRUE(good.with("typ", R"("Bearer")").with("nonce", R"("x")")
                    .check(by, at(noon), "jwt"));
    const auto logout = good.with(
        "events", R"({"http://schemas.openid.net/event/backchannel-logout":{}})");
    EXPECT_EQ(logout.check(by, at(noon), "jwt").error(), no_access_token);
}

TEST(Claims, OnlyListedClientsAreServed) {
    auto by = policy();
    by.parties = {"web"};
    EXPECT_TRUE(good.with("azp", R"("web")").check(by));
    EXPECT_TRUE(good.with("client_id", R"("web")").check(by));
    expect_fault(wrong_party, good, by);
    expect_fault(wrong_party, good.with("azp", R"("other")").with("client_id", R"("web")"), by);
    expect_fault(wrong_party, good.with("client_id", R"("other")"), by);
    expect_bad("azp", {"1", "null", "[]"});
}

TEST(Claims, AnIssuerSpeaksForItsTenantsOnly) {
    auto by = policy();
    by.tenants = {"acme", "globex"};
    EXPECT_TRUE(good.check(by));
    expect_fault(wrong_tenant, good.with("tenant_id", R"("initech")"), by);
    expect_fault(wrong_tenant, good.without("tenant_id"), by);
    expect_fault(wrong_tenant, good.with("tenant_id", R"("Acme")"));
    expect_fault(wrong_tenant, good.with("tenant_id", R"("")"));
    expect_bad("tenant_id", {"1", "null", R"(["acme"])"});
}

TEST(Claims, TheOnlyTenantNeedsNoClaimAndSystemsNeedNone) {
    auto by = policy();
    by.tenants = {"acme"};
    EXPECT_EQ(good.without("tenant_id").check(by)->who.tenant->text(), "acme");
    by = policy();
    expect_fault(wrong_tenant, good.without("tenant_id"), by);
    by.tenant_required = false;
    EXPECT_FALSE(good.without("tenant_id").check(by)->who.tenant);
}

TEST(Claims, ScopesAndRolesAreListsOrWords) {
    EXPECT_THAT(good.with("scope", R"(["a","b c"])").check()->who.scopes,
                ::testing::ElementsAre("a", "b c"));
    EXPECT_THAT(good.with("roles", R"(" a  b ")").check()->who.roles,
                ::testing::ElementsAre("a", "b"));
    EXPECT_THAT(good.without("roles").check()->who.roles, ::testing::IsEmpty());
    for (const auto* claim : {"scope", "roles"})
        expect_bad(claim, {"1", "null", "{}", R"(["a",1])"});
    std::string many;
    for (std::size_t i = 0; i <= names_max; ++i) many += "a ";
    expect_fault(bad_claim, good.with("scope", "\"" + many + "\""));
}

TEST(IssuerPolicy, EachBoundHasItsSentence) {
    EXPECT_THAT(faults_of(policy()), ::testing::IsEmpty());
    const auto faulty = [](auto change) {
        auto by = policy();
        change(by);
        return faults_of(by).size() == 1;
    };
    EXPECT_TRUE(faulty([](auto& by) { by.issuer.clear(); }));
    EXPECT_TRUE(faulty([](auto& by) { by.audiences.clear(); }));
    EXPECT_TRUE(faulty([](auto& by) { by.audiences.emplace_back(); }));
    EXPECT_TRUE(faulty([](auto& by) { by.algorithms = {}; }));
    EXPECT_TRUE(faulty([](auto& by) { by.types = {"JWT"}; }));
    EXPECT_TRUE(faulty([](auto& by) { by.types.clear(); }));
    EXPECT_TRUE(faulty([](auto& by) { by.parties = {""}; }));
    EXPECT_TRUE(faulty([](auto& by) { by.leeway = leeway_max + seconds(1); }));
    EXPECT_TRUE(faulty([](auto& by) { by.leeway = seconds(-1); }));
    EXPECT_TRUE(faulty([](auto& by) { by.age_max = seconds(0); }));
    EXPECT_TRUE(faulty([](auto& by) { by.tenants = {"Not A Tenant"}; }));
    EXPECT_TRUE(faulty([](auto& by) { by.roles_claim.clear(); }));
}

}  // namespace
}  // namespace headroom::auth
