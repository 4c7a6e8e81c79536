// Thousands of requests that are wrong in ways nobody wrote down, to a live server.
#include "headroom/http/server_fixture.hpp"
#include "headroom/testing/fuzzing_contract.hpp"

namespace headroom::http::detail {
namespace {

using testing::eventually;
using testing::text_client;

constexpr unsigned fuzzed_requests = 5'000;

const std::vector<std::string> valid_requests{
    std::string(hello),
    std::string(hello_and_close),
    "HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    "GET http://x/v1/a%20b/c?d=e HTTP/1.1\r\nHost: x\r\nX-Request-Id: abc-123\r\n\r\n",
    "DELETE /v1/a/b HTTP/1.1\r\nHost: [::1]:80\r\nCookie: a=b; c=d\r\n\r\n",
    "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 11\r\n\r\n{\"a\":[1,2]}",
    "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nok",
    "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    "5;a=\"b\"\r\nhello\r\n0\r\nX-Trailer: y\r\n\r\n",
    "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na"
    "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n",
};

class Fuzzed : public server_fixture {
protected:
    Fuzzed() {
        routes.get("/v1/{tenant}/{key}", [](request& of) -> task<response> {
            co_return response::text(of.parameter("tenant") + of.parameter("key"));
        });
    }
};

TEST_F(Fuzzed, RequestsAreAnsweredByProblemsAndLeaveNothingBehind) {
    start();
    testing::expect_answers_to_mutations(valid_requests, fuzzed_requests,
                                         [this](const std::string& text) {
                                             text_client client(port());
                                             client.send(text);
                                             client.finish();
                                             return client.rest();
                                         });
    EXPECT_TRUE(has(testing::say(port(), hello_and_close), " 200 OK"));
    EXPECT_TRUE(eventually([&] { return connections() == 0 && ledger.held() == 2; }))
        << "a listener, and one to accept on";
    EXPECT_EQ(serving->snapshot().in_flight, 0u);
}

}  // namespace
}  // namespace headroom::http::detail
