// service/access/sign_in_fixture.hpp: a provider, a Redis and a browser of the tests' own.
#pragma once
#include <fmt/format.h>
#include <gmock/gmock.h>

#include "headroom/auth/api_key.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_provider.hpp"
#include "headroom/testing/private_redis.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {

/// Keeps cookies, and goes where it is sent.
class browser {
public:
    using answer = running_service::answer;
    static constexpr char from_us[] = "Origin: https://app.example\r\n";

    browser(const running_service& at, const testing::private_provider& provider)
        : at_(&at), provider_(&provider) {}

    /// The same site, by another process.
    void go_to(const running_service& at) { at_ = &at; }

    answer ask(std::string_view verb, const std::string& path, const std::string& headers = "",
               std::string_view body = "") {
        std::string pairs;
        for (const auto& [name, value] : cookies)
            pairs += fmt::format("{}{}={}", pairs.empty() ? "" : "; ", name, value);
        if (!pairs.empty()) pairs = "Cookie: " + pairs + "\r\n";
        auto got = at_->send(verb, path, body, pairs + headers);
        keep(got.head);
        return got;
    }
    answer get(const std::string& path, const std::string& headers = "") {
        return ask("GET", path, headers);
    }
    /// At the provider, and on the way back: the callback's path and query.
    std::string callback_after(const answer& login) const {
        const auto back = provider_->sign_in(header_of(login, "Location"));
        return back.substr(std::string("https://app.example").size());
    }
    /// All the way: the answer of the callback.
    answer sign_in(const std::string& return_to = "/") {
        const auto login = get("/auth/login?return_to=" + return_to);
        EXPECT_EQ(login.status, 303U) << login.head << login.body;
        return login.status == 303 ? get(callback_after(login)) : login;
    }
    bool has_session() const { return cookies.contains("__Host-session"); }

    std::map<std::string, std::string> cookies;

private:
    void keep(const std::string& head) {
        constexpr std::string_view field = "\r\nSet-Cookie: ";
        for (auto at = head.find(field); at != head.npos; at = head.find(field, at + 1)) {
            const auto from = at + field.size(), equals = head.find('=', from);
            const auto value = head.substr(equals + 1, head.find(';', equals) - equals - 1);
            const auto name = head.substr(from, equals - from);
            if (value.empty()) cookies.erase(name);
            else cookies[name] = value;
        }
    }

    const running_service* at_;
    const testing::private_provider* provider_;
};

/// A database that was migrated and has the tenant `acme`, a Redis, and an operator's key: one of
/// each for all tests of a program.
struct signing {
    static constexpr char session_secret[] = "a-session-secret-of-32-characters-or-more";
    static constexpr char pepper[] = "a-pepper-for-tests-of-32-bytes-or-more";

    served_database database;
    testing::private_redis redis;
    const auth::new_api_key operator_key = auth::make_api_key();

    signing() { database.migrate(); }
    static signing& one() {
        static signing* const made = new signing;
        return *made;
    }

    variables with(const testing::private_provider& provider) const {
        auto all = database.addresses();
        all["REDIS_URL"] = redis.url();
        all["AUTH_DEV_BYPASS"] = "false";
        all["AUTH_ISSUER"] = provider.issuer();
        all["AUTH_AUDIENCE"] = "https://api.example";
        all["AUTH_OAUTH_CLIENT_ID"] = "svc:basic 1";
        all["AUTH_OAUTH_CLIENT_SECRET"] = testing::private_provider::client_secret;
        all["AUTH_OAUTH_REDIRECT_URI"] = "https://app.example/auth/callback";
        all["AUTH_OAUTH_SCOPES"] = "openid email offline_access read";
        all["AUTH_SESSION_SECRET"] = session_secret;
        all["AUTH_SIGN_IN_RATE"] = "1000";  // all of the tests are one network
        all["AUTH_SIGN_IN_RATE_BURST"] = "1000";
        all["AUTH_OPERATOR_KEYS"] =
            operator_key.id + ":" + auth::api_key_hash(operator_key.value, secret(pepper));
        all["LOG_LEVEL"] = "DEBUG";
        return all;
    }
    std::string as_operator() const {
        return "X-API-Key: " + std::string(operator_key.text.reveal()) + "\r\n";
    }
    /// Names of sessions' records.
    std::string records() const { return redis.ask({"KEYS", "*:auth:session:*"}); }
};

class sign_in_fixture : public ::testing::Test {
protected:
    using answer = running_service::answer;

    void SetUp() override {
        if (!testing::private_provider::available())
            FAIL() << "the identity provider is missing: npm ci in tests/peers installs it";
    }

    static signing& ground() { return signing::one(); }
    static std::string text(const answer& of, const char* pointer) {
        const auto body = boost::json::parse(of.body);
        return std::string(body.at_pointer(pointer).as_string());
    }
    /// Whose tenant is active.
    static void make_tenant(const running_service& at) {
        const auto by = ground().as_operator();
        (void)at.send("POST", "/v1/tenants", R"({"slug":"acme","name":"Acme"})", by);
        const auto done = at.send("POST", "/v1/tenants/acme/activate", "{}",
                                  by + "Prefer: wait\r\n");
        EXPECT_TRUE(done.status == 200 || done.status == 409) << done.body;
    }
    /// One that is ready and has the tenant.
    static std::unique_ptr<running_service> started(const variables& with) {
        auto made = std::make_unique<running_service>(with);
        EXPECT_TRUE(made->ready(std::chrono::seconds(30))) << made->errors();
        make_tenant(*made);
        return made;
    }
};

/// At one provider and one service, for all tests of a program.
class shared_sign_in_fixture : public sign_in_fixture {
protected:
    void TearDown() override {
        if (testing::private_provider::available()) provider().answer_by("");
    }
    static testing::private_provider& provider() {
        static testing::private_provider* const one = new testing::private_provider;
        return *one;
    }
    static running_service& service() {
        static running_service* const one = [] {
            auto with = ground().with(provider());
            with["CORS_ALLOW_ORIGINS"] = "https://admin.example";
            with["CORS_ALLOW_CREDENTIALS"] = "true";
            return started(with).release();
        }();
        return *one;
    }
    static browser new_browser() { return {service(), provider()}; }
    static browser signed_in() {
        auto one = new_browser();
        const auto back = one.sign_in();
        EXPECT_EQ(back.status, 303U) << back.body;
        return one;
    }
};

}  // namespace headroom::service
