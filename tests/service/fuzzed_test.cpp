// Thousands of requests that are wrong in ways nobody wrote down, to the routes of the service.
#include <fmt/format.h>

#include <filesystem>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/fuzzing_contract.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

constexpr unsigned fuzzed_requests = 5'000;
constexpr unsigned borrowed_max = 3;  // the reserve: connections a burst may leave open
constexpr std::chrono::milliseconds answer_wait{10};  // after that the client ends its sending

std::string json_request(std::string_view verb, std::string_view path, std::string_view body) {
    return fmt::format("{} {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                       "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                       verb, path, body.size(), body);
}

std::vector<std::string> requests_to_the_routes() {
    const std::string tenant = "/v1/tenants/acme";
    std::vector<std::string> all;
    for (const auto* path : {"/livez", "/readyz", "/v1/tenants", "/v1/tenants?limit=5&after=a",
                             "/v1/tenants/acme", "/v1/tenants/acme/configuration",
                             "/v1/tenants/acme/configuration/feature.dark_mode",
                             "/v1/tenants/acme/features/dark_mode", "/v1/tenants/acme/limits/seats",
                             "/v1/tenants/acme/users/00000000-0000-4000-8000-000000000000"})
        all.push_back(json_request("GET", path, ""));
    all.push_back(json_request("POST", "/v1/tenants", R"({"slug":"acme","name":"Acme"})"));
    all.push_back(json_request("POST", tenant + "/activate", "{}"));
    all.push_back(json_request("PUT", tenant + "/configuration/feature.dark_mode",
                               R"({"type":"boolean","value":true})"));
    all.push_back(json_request("PUT", tenant + "/configuration/limit.seats",
                               R"({"type":"integer","value":12})"));
    all.push_back(json_request("PATCH", tenant + "/metadata", R"({"colour":"blue","n":[1,2]})"));
    all.push_back(json_request("POST", tenant + "/users",
                               R"({"issuer":"https://id.example","subject":"a","email":"a@x.y"})"));
    all.push_back(json_request("POST", tenant + "/agents", R"({"name":"robot"})"));
    return all;
}

class FuzzedService : public ::testing::Test {
protected:
    void SetUp() override {
        database_.migrate();
        service_.emplace(database_.addresses());
        ASSERT_TRUE(service_->ready()) << service_->errors();
    }

    std::string say(const std::string& text) {
        testing::text_client client(service_->port());
        client.send(text);
        auto said = client.until_quiet(answer_wait);
        client.finish();
        return said + client.rest();
    }

    std::ptrdiff_t open_files() {
        const std::filesystem::directory_iterator all(
            fmt::format("/proc/{}/fd", service_->process().pid()));
        return std::distance(begin(all), end(all));
    }

    served_database database_;
    std::optional<running_service> service_;
};

TEST_F(FuzzedService, AnswersProblemsAndGoesOn) {
    const auto before = open_files();
    testing::expect_answers_to_mutations(requests_to_the_routes(), fuzzed_requests,
                                         [this](const std::string& text) { return say(text); });
    EXPECT_EQ(service_->get("/readyz").status, 200u);
    EXPECT_TRUE(testing::eventually([&] { return open_files() <= before + borrowed_max; }))
        << before << " before, " << open_files() << " now";
}

}  // namespace
}  // namespace headroom::service
