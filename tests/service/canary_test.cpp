// A secret that reaches the service, by its settings or in a request, appears in nothing it writes:
// not plain, percent-encoded or in base64, and not by its first eight characters.
#include <fmt/format.h>
#include <signal.h>

#include <array>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_redis.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

using testing::eventually;

constexpr std::size_t prefix = 8;  // so much of a secret tells which one it is

// One for each way in; the first eight characters are nobody else's.
const std::string database_password = "Qz7xWk4TdbPassword-0123456789/+abcdef";
const std::string redis_password = "Vf9mJr2LredisPassword-0123456789abcdef";
const std::string pepper = "Xh3nBc8YthePepperOfTheKeys-0123456789/+abcdef";
const std::string in_header = "Gk5tRw1PinAHeader.0123456789/+abcdef==";
const std::string in_cookie = "Md2yHs6NinACookie.0123456789abcdef";
const std::string in_query = "Lp8vCq3JinTheQuery.0123456789abcdef";
const std::string in_body = "Tb4zFg7RinTheBody.0123456789/+abcdef";
const std::array all_secrets{database_password, redis_password, pepper, in_header,
                             in_cookie,         in_query,       in_body};

std::string base64(std::string_view text) {
    constexpr std::string_view digits =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string out;
    unsigned bits = 0, held = 0;
    for (const char each : text) {
        bits = (bits << 8 | static_cast<unsigned char>(each)) & 0xfffffU;
        for (held += 8; held >= 6; held -= 6) out += digits[bits >> (held - 6) & 63U];
    }
    return out;
}

std::string percent_encoded(std::string_view text) {
    std::string out;
    for (const char each : text)
        out += std::isalnum(static_cast<unsigned char>(each)) != 0
                   ? std::string(1, each)
                   : fmt::format("%{:02X}", static_cast<unsigned char>(each));
    return out;
}

// What must not be seen: the beginning, and the whole in base64 at each of its three alignments.
std::vector<std::string> traces_of(const std::string& secret) {
    std::vector<std::string> all{secret.substr(0, prefix), percent_encoded(secret)};
    for (std::size_t skipped = 0; skipped < 3; ++skipped)
        all.push_back(base64(std::string_view(secret).substr(skipped, 12)));
    return all;
}

void expect_silent(std::string_view where, const std::string& text) {
    for (const auto& secret : all_secrets)
        for (const auto& trace : traces_of(secret))
            EXPECT_EQ(text.find(trace), std::string::npos)
                << where << " holds " << trace << " of " << secret << ":\n"
                << text.substr(text.find(trace) < 300 ? 0 : text.find(trace) - 300, 600);
}

class CanaryService : public ::testing::Test {
protected:
    void SetUp() override {
        database_.server().sql(fmt::format("alter role app password '{0}';"
                                           "alter role migrator password '{0}';"
                                           "alter role projector password '{0}'",
                                           database_password));
        const auto done = run_service(with(), {"migrate"});
        ASSERT_EQ(done.code, 0) << done.errors;
        expect_silent("migrate", done.output + done.errors);
        service_.emplace(with());
        ASSERT_TRUE(service_->ready()) << service_->errors();
    }

    variables with() const {
        auto all = database_.addresses();
        for (const auto* each : {"DATABASE_URL", "HEADROOM_MIGRATE_URL", "HEADROOM_PROJECTOR_URL"})
            all[each].insert(all[each].find('@'), ":" + percent_encoded(database_password));
        all["REDIS_URL"] = fmt::format("redis://:{}@127.0.0.1:{}/0", redis_password, redis_.port());
        all["HEADROOM_API_KEY_PEPPER"] = pepper;
        all["LOG_LEVEL"] = "DEBUG";
        all["DATABASE_ECHO"] = "true";
        return all;
    }

    // Every answer to it, whatever its status, is without the secrets it was asked with. Asked with
    // each credential, with both, and without, which the service of this test lets in.
    void ask(std::string_view verb, std::string_view path, std::string_view body) {
        const auto others = fmt::format("Proxy-Authorization: Basic {}\r\nCookie: session={}\r\n",
                                        base64(in_header), in_cookie);
        const auto token = fmt::format("Authorization: Bearer {}\r\n", in_header);
        const auto key = fmt::format("X-Api-Key: {}\r\n", in_header);
        const auto target = fmt::format("{}?token={}&limit={}", path, in_query, in_query);
        for (const auto& headers : {others, others + token, others + key, others + token + key}) {
            const auto answer = service_->send(verb, target, body, headers);
            EXPECT_NE(answer.status, 0u);
            if (answer.status >= 400) expect_silent(path, answer.head + answer.body);
        }
    }

    served_database database_{{}, "scram-sha-256"};
    testing::private_redis redis_{{{"requirepass", redis_password}}};
    std::optional<running_service> service_;
};

TEST_F(CanaryService, IsNowhereToBeSeen) {
    const std::array bodies{
        fmt::format(R"({{"type":"integer","value":"{}"}})", in_body),
        fmt::format(R"({{"type":"{}","value":1}})", in_body),
        fmt::format(R"({{"type":"string","value":"{}\u0000"}})", in_body),
        fmt::format(R"({{"slug":"{0}","name":"{0}","email":"{0}","display_name":"{0}"}})", in_body),
        fmt::format(R"({{"password":"{0}","list":["{0}"])", in_body),
        fmt::format("{0}{0}", in_body),
    };
    const std::string tenant = "/v1/tenants/acme";
    for (const auto& body : bodies) {
        for (const auto* path : {"/configuration/feature.x", "/metadata", "/users", "/agents", ""})
            for (const auto* verb : {"POST", "PUT", "PATCH"}) ask(verb, tenant + path, body);
        ask("POST", "/v1/tenants", body);
    }
    for (const auto* path : {"", "/configuration", "/users/x", "/limits/seats", "/nothing"})
        ask("GET", tenant + path, "");
    // A connection that is lost, and comes back with its password.
    for (const auto& each : database_.server().backends())
        if (each.user != "postgres") database_.server().terminate(each.pid);
    EXPECT_TRUE(eventually([&] { return service_->get("/readyz").status == 200; }));
    for (const auto* path : {"/metrics", "/healthz", "/budget", "/livez", "/readyz"})
        expect_silent(path, service_->get(path).body);
    service_->process().signal(SIGTERM);
    EXPECT_TRUE(service_->process().wait(std::chrono::seconds(30)));
    EXPECT_GT(service_->errors().size(), 1'000u) << "there is a log to look at";
    expect_silent("the log", service_->errors() + service_->process().output());
}

TEST_F(CanaryService, IsInNoRefusalToStart) {
    auto wrong = with();
    wrong["HEADROOM_UNKNOWN"] = in_body;
    wrong["DATABASE_URL"] += "&sslmode=" + in_query;
    const auto refused = run_service(wrong, {"serve"});
    EXPECT_NE(refused.code, 0);
    expect_silent("the refusal", refused.output + refused.errors);
    auto locked_out = with();
    locked_out["DATABASE_URL"].replace(locked_out["DATABASE_URL"].find('Q'), 1, "q");
    locked_out["HEADROOM_START_TIMEOUT"] = "1 s";
    const auto unable = run_service(locked_out, {"serve"});
    EXPECT_NE(unable.code, 0);
    expect_silent("what could not sign in", unable.output + unable.errors);
}

}  // namespace
}  // namespace headroom::service
