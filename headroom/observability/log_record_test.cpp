#include "headroom/observability/log_record.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "headroom/observability/redactor.hpp"

namespace headroom::observability {
namespace {

namespace json = boost::json;

class LogRecord : public ::testing::Test {
protected:
    std::string line(std::string_view body, std::initializer_list<attribute> with = {}) {
        const log_record record{at_, severity::warn, body, {with.begin(), with.size()}};
        return as_json_line(record, by_, within_, hiding_);
    }
    json::object parsed(const std::string& text) {
        EXPECT_TRUE(text.ends_with('\n'));
        EXPECT_LE(text.size(), log_record_bytes_max);
        EXPECT_EQ(text.find('\n'), text.size() - 1);
        return json::parse(text).as_object();
    }

    std::chrono::system_clock::time_point at_{std::chrono::nanoseconds(1'769'846'949'123'456'789)};
    log_identity by_{"orders", "1.2.3", "0a1b2c3d"};
    log_context within_;
    redactor hiding_;
};

TEST_F(LogRecord, SpeaksOpenTelemetry) {
    within_ = {"r-1", std::string(32, 'a'), std::string(16, 'b'), 1};
    const auto record =
        parsed(line("a pool is full",
                    {{"held", 3}, {"ok", true}, {"part", 0.5}, {"consumer", "persistence.lanes"}}));
    EXPECT_EQ(json::serialize(record),
              R"({"timestamp":"2026-01-31T08:09:09.123456789Z","severity_text":"WARN",)"
              R"("severity_number":13,"body":"a pool is full","service.name":"orders",)"
              R"("service.version":"1.2.3","service.instance.id":"0a1b2c3d","request_id":"r-1",)"
              R"("trace_id":"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa","span_id":"bbbbbbbbbbbbbbbb",)"
              R"("trace_flags":1,"attributes":{"held":3,"ok":true,"part":5E-1,)"
              R"("consumer":"persistence.lanes"}})");
}

TEST_F(LogRecord, LeavesOutWhatIsUnknown) {
    by_ = {};
    const auto record = parsed(line("x"));
    EXPECT_EQ(record.size(), 5U);
    EXPECT_TRUE(record.at("attributes").as_object().empty());
}

TEST_F(LogRecord, IsOneLineWhateverTheTextHolds) {
    const auto record = parsed(line("a\nb\"c\\d\x01\xff\xe2\x82", {{"k\n", "v\n"}}));
    EXPECT_EQ(record.at("body").as_string(), "a\nb\"c\\d\x01\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_F(LogRecord, HidesSecretsAtEveryDepth) {
    hiding_.learn(secret("c4n4ry-1"));
    const auto nested = json::parse(
        R"({"a":{"password":"c4","list":["c4n4ry-1",{"Token":{"x":"c4"}}]},"api_key":["c4"]})");
    const auto text =
        line("saw c4n4ry-1 at postgres://u:c4@h",
             {{"nested", nested}, {"pw", secret("c4")}, {"authorization", "c4"}, {"secret", 4}});
    EXPECT_EQ(text.find("c4"), std::string::npos) << text;
    EXPECT_NE(text.find("postgres://u:***@h"), std::string::npos) << text;
}

TEST_F(LogRecord, StopsAtABoundOfEveryKind) {
    json::value deep = 1;
    for (int i = 0; i < 100; ++i) deep = json::object{{"d", deep}};
    json::array wide(10'000, json::value(1));
    const json::value wide_value = wide;
    const std::string huge(1 << 20, 'x');
    const auto record = parsed(line(huge, {{"huge", huge}, {"deep", deep}, {"wide", wide_value}}));
    EXPECT_LE(record.at("body").as_string().size(), log_body_bytes_max + 3);
    const auto& with = record.at("attributes").as_object();
    EXPECT_LE(with.at("huge").as_string().size(), log_value_bytes_max + 3);
    EXPECT_EQ(with.at("wide").as_array().size(), log_attributes_max);
    EXPECT_NE(json::serialize(with.at("deep")).find("nested too deeply"), std::string::npos);
}

TEST_F(LogRecord, LosesAttributesRatherThanItsForm) {
    const std::string long_text(2000, 'x');
    std::vector<std::string> names;
    std::vector<attribute> with;
    for (int i = 0; i < 100; ++i) names.push_back("n" + std::to_string(i));
    for (const auto& name : names) with.emplace_back(name, long_text);
    const log_record many{at_, severity::info, "x", with};
    const auto record = parsed(as_json_line(many, by_, within_, hiding_));
    EXPECT_TRUE(record.at("truncated").as_bool());
    EXPECT_GE(record.at("attributes").as_object().size(), 20U);
}

// Half a secret at the border of the searched part must not become visible when what stands before
// it shrinks to masks.
TEST_F(LogRecord, ShowsNoHalfSecretAtTheBorderOfALongText) {
    hiding_.learn(secret(std::string(300, 'q')));
    std::string text;
    while (text.size() + 301 < 4 * log_body_bytes_max) text += std::string(300, 'q') + " ";
    text += std::string(300, 'q');
    EXPECT_EQ(line(text).find("qqq"), std::string::npos);
}

TEST_F(LogRecord, WritesAConsoleLine) {
    const std::array<attribute, 2> with{attribute("held", 3), attribute("token", "c4n4ry")};
    const log_record record{at_, severity::error, "it\x1b[31m broke", with};
    within_.request_id = "r-1";
    EXPECT_EQ(as_console_line(record, within_, hiding_),
              "08:09:09.123 ERROR it?[31m broke held=3 token=\"***\" request_id=r-1\n");
}

TEST_F(LogRecord, ReplacesNumbersThatJsonCannotHold) {
    const auto record = parsed(line("x", {{"a", std::numeric_limits<double>::quiet_NaN()},
                                          {"b", std::numeric_limits<double>::infinity()}}));
    EXPECT_TRUE(record.at("attributes").at("a").is_null());
    EXPECT_TRUE(record.at("attributes").at("b").is_null());
}

}  // namespace
}  // namespace headroom::observability
