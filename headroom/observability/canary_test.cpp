// A secret that the process knows appears in nothing it writes, however it got there.
#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "headroom/observability/budget_snapshot.hpp"
#include "headroom/observability/health_json.hpp"
#include "headroom/observability/logger.hpp"
#include "headroom/runtime/setting_reader.hpp"

namespace headroom::observability {
namespace {

const std::string canary = "c4n/ry pass+word";

// As protocols carry it: plain, in a URL, in an Authorization header, in a JSON text.
const std::array<std::string, 6> shapes{
    canary,
    "postgres://app:c4n%2Fry%20pass%2Bword@db.example/app",
    "postgres://app:c4n%2fry%20pass%2bword@db.example/app",
    "Basic YXBwOmM0bi9yeSBwYXNzK3dvcmQ=",  // app:<canary>
    "YzRuL3J5IHBhc3Mrd29yZA==",
    R"({"note":"c4n/ry pass+word"})",
};

class Canary : public ::testing::Test {
protected:
    Canary() { hiding_.learn(secret(canary)); }

    static void expect_silent(const std::string& text) {
        for (const auto* part :
             {"c4n", "ry pass", "pass+word", "pass%2", "BwYXNzK3dvcm", "wYXNzK3"})
            EXPECT_EQ(text.find(part), std::string::npos) << text;
    }

    redactor hiding_;
};

TEST_F(Canary, IsInNoLogRecord) {
    for (const auto format : {log_format::json, log_format::console}) {
        std::string text;
        log_options options;
        options.format = format;
        options.sink = [&text](std::string_view line) { return text += line, true; };
        const logger log(options, hiding_);
        for (const auto& shape : shapes) {
            const boost::json::value nested = {{"list", {shape}}, {"token", shape}};
            log.error("failed with " + shape,
                      {{"why", shape}, {"password", shape}, {"all", nested}});
        }
        EXPECT_FALSE(text.empty());
        expect_silent(text);
    }
}

TEST_F(Canary, IsInNoHealthReply) {
    for (const auto& shape : shapes) {
        health state;
        const auto check =
            state.declare({"postgres:reachable", true, 1, 1, std::chrono::seconds(30)});
        state.report(check, {health_status::fail, {}, "", "cannot sign in: " + shape}, {}, {});
        expect_silent(healthz(state, {}, {}, {}, hiding_, true).body);
        expect_silent(healthz(state, {}, {}, {}, hiding_, false).body);
        expect_silent(readyz(state, {}).body);
    }
}

TEST_F(Canary, IsInNoDescriptionOfTheSettings) {
    for (const auto& shape : shapes) {
        environment from;
        from.add("PASSWORD", shape, "test");
        from.add("PASSWORD_COUNT", "1", "test");
        from.add("HEADROOM_WRONG", shape, "test");
        setting_reader reader(from);
        reader.hidden({.name = "PASSWORD", .doc = "x"});
        const auto sealed = reader.seal();
        ASSERT_FALSE(sealed);
        expect_silent(to_string(sealed.error()));
    }
}

}  // namespace
}  // namespace headroom::observability
