#include "headroom/http/access_report.hpp"

#include <gtest/gtest.h>

namespace headroom::http {
namespace {

class AccessReport : public ::testing::Test {
protected:
    observability::logger log() {
        observability::log_options options;
        options.sink = [this](std::string_view line) {
            text_ += line;
            return true;
        };
        return {options, observability::redactor()};
    }
    access_record record(unsigned status, std::string_view route = "/v1/tenants/{tenant}") {
        access_record made;
        made.method = "GET";
        made.route = route;
        made.status = status;
        made.took = std::chrono::microseconds(1500);
        made.request_id = "r-1";
        return made;
    }

    std::string text_;
    observability::metrics metrics_;
};

TEST_F(AccessReport, WritesOneRecordARequest) {
    access_report(log(), metrics_)(record(200));
    for (const auto* each : {R"("severity_text":"INFO")", R"("request_id":"r-1")",
                             R"("http.route":"/v1/tenants/{tenant}")", R"("duration_us":1500)",
                             R"("http.response.status_code":200)"})
        EXPECT_NE(text_.find(each), std::string::npos) << text_;
    EXPECT_EQ(text_.find("error"), std::string::npos);
}

TEST_F(AccessReport, WarnsOfOurOwnFailuresWithoutTheirSecrets) {
    auto failed = record(503);
    failed.error = "cannot reach postgres://app:c4n4ry@h/d";
    access_report(log(), metrics_)(failed);
    EXPECT_NE(text_.find(R"("severity_text":"WARN")"), std::string::npos);
    EXPECT_NE(text_.find("postgres://app:***@h/d"), std::string::npos);
    EXPECT_EQ(text_.find("c4n4ry"), std::string::npos);
}

TEST_F(AccessReport, MeasuresByMethodRouteAndClass) {
    const auto report = access_report(observability::logger(), metrics_);
    report(record(200));
    report(record(204));
    report(record(404, ""));
    const auto text = metrics_.text();
    const auto count = [&](const std::string& result, const std::string& route) {
        const auto series =
            "http_server_request_duration_seconds_count{http_request_method=\"GET\","
            "http_response_status=\"" +
            result + "\",http_route=\"" + route + "\"} ";
        const auto at = text.find(series);
        return at == std::string::npos ? -1 : std::stoi(text.substr(at + series.size()));
    };
    EXPECT_EQ(count("2xx", "/v1/tenants/{tenant}"), 2) << text;
    EXPECT_EQ(count("4xx", "unmatched"), 1) << text;
}

TEST_F(AccessReport, BoundsItsSeries) {
    const auto report = access_report(observability::logger(), metrics_);
    for (std::size_t i = 0; i < access_series_max + 10; ++i)
        report(record(200, "/r" + std::to_string(i)));
    EXPECT_NE(metrics_.text().find("http_route=\"other\""), std::string::npos);
}

}  // namespace
}  // namespace headroom::http
