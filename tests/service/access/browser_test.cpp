// A person in a real browser, at a real provider's pages: what its rules let the service's cookies
// and pages do.
#include "headroom/testing/private_certificates.hpp"
#include "headroom/testing/server_process.hpp"
#include "headroom/testing/temp_directory.hpp"
#include "headroom/testing/tls_client.hpp"
#include "tests/service/access/sign_in_fixture.hpp"

namespace headroom::service {
namespace {

using ::testing::HasSubstr;
using testing::eventually;

/// The service as a browser needs it: at a site of https.
class RealBrowser : public sign_in_fixture {
protected:
    void SetUp() override {
        sign_in_fixture::SetUp();
        if (testing::run_program({{"sh", "-c", "command -v chromium"}}).code != 0)
            FAIL() << "chromium is missing: ./dev install has it";
    }
    variables with_https() const {
        auto with = ground().with(provider);
        with["HEADROOM_HTTP_TLS_CERTIFICATE"] = shown.certificate_file();
        with["HEADROOM_HTTP_TLS_KEY"] = shown.key_file();
        with["AUTH_OAUTH_REDIRECT_URI"] = site + "/auth/callback";
        return with;
    }
    bool serves() const {
        try {
            testing::tls_client client(port, {.authority = shown.certificate_file()});
            client.send("GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            return client.rest().starts_with("HTTP/1.1 200");
        } catch (const std::exception&) {
            return false;  // nobody listens yet
        }
    }
    /// What a person sees on the whole way; null when the browser does not come to its end.
    boost::json::value whole_way() const {
        const auto done = testing::run_program(
            {{"node", HEADROOM_ROOT "/tests/peers/browser_sign_in.mjs", site, provider.issuer(),
              files.file("profile")}},
            std::chrono::seconds(90));
        EXPECT_EQ(done.code, 0) << done.errors;
        return done.code == 0 ? boost::json::parse(done.output) : boost::json::value();
    }
    static std::string at(const boost::json::value& seen, const char* pointer) {
        return boost::json::serialize(seen.at_pointer(pointer));
    }
    /// The session's cookie, as the browser keeps it; null when it keeps none.
    static boost::json::value session_in(const boost::json::value& cookies) {
        for (const auto& each : cookies.as_array())
            if (each.at("name").as_string() == "__Host-session") return each;
        return nullptr;
    }

    const unsigned short port = testing::free_port();
    const std::string site = fmt::format("https://localhost:{}", port);
    const testing::private_provider provider{{.pages = true, .site = site}};
    const testing::private_certificates shown;
    const testing::temp_directory files;
};

TEST_F(RealBrowser, APersonSignsInAsksAndSignsOut) {
    (void)started(ground().with(provider));  // whose tenant stays
    running_service service(with_https(), "serve", port);
    ASSERT_TRUE(eventually([&] { return serves(); }, std::chrono::seconds(30)))
        << service.errors();
    const auto seen = whole_way();
    ASSERT_TRUE(seen.is_object());
    EXPECT_THAT(at(seen, "/login"), HasSubstr(provider.issuer() + " Sign-in"));
    EXPECT_THAT(at(seen, "/consent"), HasSubstr(provider.issuer() + " Authorize"));

    const auto session = session_in(seen.at("cookies"));
    ASSERT_TRUE(session.is_object()) << "the browser takes the cookie";
    EXPECT_TRUE(session.at("secure").as_bool() && session.at("httpOnly").as_bool());
    EXPECT_EQ(session.at("sameSite").as_string(), "Lax");
    EXPECT_EQ(session.at("path").as_string(), "/");
    EXPECT_EQ(session.at("domain").as_string(), "localhost") << "no subdomain's: it has no dot";
    EXPECT_EQ(at(seen, "/readable"), R"("")") << "no script reads it";
    EXPECT_EQ(at(seen, "/inlineScriptRan"), "false");

    EXPECT_EQ(at(seen, "/me/status"), "200") << at(seen, "/me/body");
    EXPECT_THAT(at(seen, "/me/body"), HasSubstr("user-1"));
    EXPECT_EQ(at(seen, "/afterOtherSite/status"), "200") << "no other site signs anybody out";
    EXPECT_EQ(at(seen, "/logout/status"), "204") << at(seen, "/logout/body");
    EXPECT_TRUE(session_in(seen.at("cookiesAfter")).is_null());
    EXPECT_EQ(at(seen, "/meAfter/status"), "401");
    EXPECT_EQ(at(seen, "/meWithOldCookie/status"), "401");
    EXPECT_THAT(at(seen, "/meWithOldCookie/body"), HasSubstr("SESSION_ENDED"));
}

}  // namespace
}  // namespace headroom::service
