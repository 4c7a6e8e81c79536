#include "headroom/auth/oidc/sign_in_settings.hpp"

#include <gmock/gmock.h>

#include "headroom/auth/oidc/sign_in_states.hpp"
#include "headroom/auth/token_fixture.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class SignInSettings : public ::testing::Test {
protected:
    using variables = std::map<std::string, std::string>;

    /// The faults, "" for none.
    std::string faults_with(const variables& more, profile in = profile::dev) {
        auto all = more;
        all.try_emplace("AUTH_OAUTH_CLIENT_ID", "orders");
        all.try_emplace("AUTH_OAUTH_CLIENT_SECRET", "canary-secret");
        all.try_emplace("AUTH_SESSION_SECRET", std::string(32, 's'));
        return faults_of_all(all, in);
    }
    std::string faults_of_all(const variables& all, profile in = profile::dev) {
        environment from(in);
        for (const auto& [name, value] : all) from.add(name, value, "test");
        setting_reader reader(from);
        read = read_sign_in_settings(reader);
        const auto sealed = reader.seal("AUTH_");
        return sealed ? "" : to_string(sealed.error());
    }
    sign_in_settings read;
};

TEST_F(SignInSettings, WithoutAClientNobodySignsInWithABrowser) {
    EXPECT_EQ(faults_of_all({}), "");
    EXPECT_FALSE(read.on());
}

TEST_F(SignInSettings, AClientHasItsProofAndItsSealing) {
    EXPECT_EQ(faults_with({}), "");
    EXPECT_TRUE(read.on());
    EXPECT_EQ(read.as.by, client_auth::client_secret_basic);
    EXPECT_EQ(read.scope, "openid email profile");
    EXPECT_EQ(read.idle_max, 30min);
    EXPECT_EQ(read.life_max, 12h);
    EXPECT_EQ(read.rate, 5U) << "on, where nobody says anything";
    EXPECT_EQ(read.burst, 50U);
    EXPECT_EQ(read.pending_max, 10'000U);
    EXPECT_THAT(faults_with({{"AUTH_OAUTH_CLIENT_SECRET", ""}}), HasSubstr("must have a secret"));
    EXPECT_THAT(faults_with({{"AUTH_SESSION_SECRET", ""}}), HasSubstr("AUTH_SESSION_SECRET"));
    EXPECT_THAT(faults_with({{"AUTH_SESSION_SECRET", "short"}}), HasSubstr("32 characters"));
    EXPECT_EQ(faults_with({{"AUTH_OAUTH_CLIENT_AUTH", "none"}, {"AUTH_OAUTH_CLIENT_SECRET", ""}}),
              "");
    EXPECT_TRUE(read.sealing.earlier.empty());
    EXPECT_EQ(faults_with({{"AUTH_SESSION_SECRET_PREVIOUS", std::string(32, 'p')}}), "");
    EXPECT_EQ(read.sealing.earlier, secret(std::string(32, 'p')));
    EXPECT_THAT(faults_with({{"AUTH_SESSION_SECRET_PREVIOUS", "short"}}),
                HasSubstr("AUTH_SESSION_SECRET_PREVIOUS"));
}

TEST_F(SignInSettings, AKeyIsReadAndShownToNobody) {
    const auto pem = fixture::pem_of(fixture::key_of(key_kind::p256).key()).reveal();
    EXPECT_EQ(faults_with({{"AUTH_OAUTH_CLIENT_AUTH", "private_key_jwt"},
                           {"AUTH_OAUTH_CLIENT_KEY", pem}}),
              "");
    EXPECT_EQ(read.as.signer->by(), algorithm::es256);
    const auto faults = faults_with({{"AUTH_OAUTH_CLIENT_AUTH", "private_key_jwt"},
                                     {"AUTH_OAUTH_CLIENT_KEY", "canary-secret"}});
    EXPECT_THAT(faults, HasSubstr("AUTH_OAUTH_CLIENT_KEY"));
    EXPECT_THAT(faults, Not(HasSubstr("canary")));
}

TEST_F(SignInSettings, InProductionTheCallbackIsHttps) {
    EXPECT_THAT(faults_with({}, profile::production), HasSubstr("AUTH_OAUTH_REDIRECT_URI"));
    EXPECT_EQ(faults_with({{"AUTH_OAUTH_REDIRECT_URI", "https://orders.example/auth/callback"}},
                          profile::production),
              "");
}

TEST_F(SignInSettings, WhomTokensAreForIsAskedByTheNameTheProviderWants) {
    EXPECT_EQ(faults_with({}), "");
    EXPECT_EQ(read.audience, "");
    EXPECT_EQ(read.audience_parameter, "resource");
    EXPECT_EQ(faults_with({{"AUTH_OAUTH_AUDIENCE", "https://orders.example"},
                           {"AUTH_OAUTH_AUDIENCE_PARAMETER", "audience"}}),
              "");
    EXPECT_EQ(read.audience, "https://orders.example");
    EXPECT_EQ(read.audience_parameter, "audience");
    EXPECT_THAT(faults_with({{"AUTH_OAUTH_AUDIENCE_PARAMETER", "aud"}}),
                HasSubstr("AUTH_OAUTH_AUDIENCE_PARAMETER"));
}

TEST_F(SignInSettings, OneNetworkDoesNotReachTheBoundOfAll) {
    EXPECT_EQ(faults_with({}), "");
    const auto most = read.burst + read.rate * sign_in_states::ttl.count();
    EXPECT_LT(most, read.pending_max);
    EXPECT_EQ(faults_with({{"AUTH_SIGN_IN_RATE", "0"}}), "");
    EXPECT_THAT(faults_with({{"AUTH_SIGN_IN_PENDING", "0"}}), HasSubstr("AUTH_SIGN_IN_PENDING"));
}

TEST_F(SignInSettings, ASessionIsNotOverBeforeItIsIdle) {
    EXPECT_THAT(faults_with({{"AUTH_SESSION_IDLE", "2h"}, {"AUTH_SESSION_LIFE", "1h"}}),
                HasSubstr("AUTH_SESSION_LIFE"));
}

}  // namespace
}  // namespace headroom::auth
