// Thousands of requests that are wrong in ways nobody wrote down, to the routes of the service.
#include <fmt/format.h>

#include <filesystem>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/http_answer.hpp"
#include "headroom/testing/mutated_requests.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

constexpr unsigned fuzzed_requests = 5'000;
constexpr unsigned borrowed_max = 3;  // the reserve: connections a burst may leave open
constexpr std::chrono::milliseconds answer_wait{10};  // after that the client ends its sending

std::string json_request(std::string_view verb, std::string_view path, std::string_view body) {
    return fmt::format("{} {} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
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

    // Sends it, and judges all that is answered until the service closes.
    std::size_t expect_problems(const std::string& text) {
        testing::text_client client(service_->port());
        client.send(text);
        auto said = client.until_quiet(answer_wait);
        client.finish();
        said += client.rest();
        const auto answers = testing::split_answers(said);
        EXPECT_TRUE(answers) << "no whole answers: " << said;
        if (!answers) return 0;
        for (const auto& each : *answers) {
            EXPECT_EQ(testing::fault_of(each), "") << each.head << each.body;
            EXPECT_NE(each.status, 500u) << each.head << each.body;
        }
        return answers->size();
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
    const auto seed = testing::fuzz_seed();
    RecordProperty("seed", std::to_string(seed));
    testing::mutated_requests row(seed, requests_to_the_routes());
    std::size_t answers = 0;
    for (unsigned i = 0; i < fuzzed_requests && !HasFailure(); ++i) {
        const auto text = row.next();
        SCOPED_TRACE(testing::printable(text) + "\nHEADROOM_FUZZ_SEED=" + std::to_string(seed));
        answers += expect_problems(text);
    }
    EXPECT_GT(answers, fuzzed_requests / 3) << "most of them deserve an answer";
    EXPECT_EQ(service_->get("/readyz").status, 200u);
    EXPECT_TRUE(testing::eventually([&] { return open_files() <= before + borrowed_max; }))
        << before << " before, " << open_files() << " now";
}

}  // namespace
}  // namespace headroom::service
