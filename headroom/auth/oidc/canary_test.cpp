// No secret leaves by a failure, an exception or what rests in Redis: not as it is, not encoded,
// not its first eight characters.
#include <openssl/evp.h>

#include "headroom/auth/oidc/form.hpp"
#include "headroom/auth/oidc/sessions.hpp"
#include "headroom/auth/oidc/shared_fixture.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;
using testing::soon;

class Canary : public shared_fixture {
protected:
    /// The forms in which a secret might show.
    static std::vector<std::string> forms_of(const std::string& text) {
        std::string base64(text.size() * 2 + 8, '\0');
        const int size =
            EVP_EncodeBlock(reinterpret_cast<unsigned char*>(base64.data()),
                            reinterpret_cast<const unsigned char*>(text.data()),
                            static_cast<int>(text.size()));
        base64.resize(static_cast<std::size_t>(size));
        // A JWT's first characters are its header's, which is no secret.
        const auto from = text.starts_with("ey") ? text.find('.') + 1 : 0;
        return {text.substr(from, 8), text, form_encoded(text), base64.substr(0, 10),
                to_base64url(text).substr(0, 10)};
    }
    void expect_silence() {
        const auto all = shown + dump();
        for (const auto& secret : secrets)
            for (const auto& form : forms_of(secret.reveal()))
                EXPECT_EQ(all.find(form), std::string::npos) << "a secret is shown: " << form;
    }
    template <class T>
    void show(const oidc_result<T>& of) {
        if (!of) shown += of.error().sentence() + "\n";
    }

    std::vector<secret> secrets{secret(testing::private_provider::client_secret)};
    std::string shown;
};

TEST_F(Canary, NothingOfASecretIsShownWhateverGoesWrong) {
    with_both(client_auth::client_secret_post,
              [&](token_client& of, redis::mux& shared) -> task<void> {
                  const auto code = co_await code_for(of);
                  const auto tokens = (co_await of.exchange_code(
                      {code.code, code.verifier, testing::private_provider::callback},
                      soon())).value();
                  for (const auto& each : {code.code, code.verifier, tokens.access, tokens.refresh,
                                           tokens.id})
                      secrets.push_back(each);
                  for (const auto* how :
                       {"status=500&body=", "status=429&body=", "status=200&body=",
                        "status=400&body=", "status=302&body=", "after=200&x="}) {
                      provider().answer_by("path=/token&" + (how + tokens.refresh.reveal()));
                      const auto until = deadline::after(100ms);
                      show(co_await of.refresh(tokens.refresh, {}, until));
                      show(co_await of.introspect(tokens.access, "", until));
                      show(co_await of.revoke(tokens.id, "", until));
                      show(co_await of.exchange_code({code.code, code.verifier, "https://x/"},
                                                     until));
                      show(co_await of.client_credentials({}, until));
                  }
                  provider().answer_by("");
                  show(co_await of.exchange_code({code.code, code.verifier, "https://x/"}, soon()));
                  rotating_refresh renewing(of, shared, {.sealing = sealing()});
                  show(co_await renewing.refresh(tokens.access, soon()));
                  sessions all(of, renewing, shared, {.sealing = sealing()});
                  principal who{};
                  who.issuer = of.issuer();
                  who.subject = "user-1";
                  secrets.push_back(co_await all.begin(
                      {std::make_shared<const principal>(who), tokens, {}, "/"}, soon()));
                  co_await renewing.stop(soon());
              });
    EXPECT_GT(std::ranges::count(shown, '\n'), 20);
    expect_silence();
}

TEST_F(Canary, AnIdentityIsPrintedWithoutItsSecret) {
    EXPECT_EQ(fmt::format("{}", identity(client_auth::client_secret_post).password), "***");
    for (const auto& fault : faults_of(client_identity{.id = "us"})) shown += fault;
    expect_silence();
}

}  // namespace
}  // namespace headroom::auth
