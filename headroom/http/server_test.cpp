#include "headroom/http/server.hpp"

#include <boost/json/parse.hpp>

#include "headroom/http/server_fixture.hpp"

namespace headroom::http::detail {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::say;
using testing::text_client;

class Server : public server_fixture {};

boost::json::object problem_of(const std::string& answer) {
    EXPECT_TRUE(has(answer, "Content-Type: application/problem+json\r\n")) << answer;
    return boost::json::parse(answer.substr(answer.find("\r\n\r\n") + 4)).as_object();
}

TEST_F(Server, AnswersOneRouteOverARealSocket) {
    start();
    const auto answer = say(port(), hello_and_close);
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 200 OK\r\n")) << answer;
    EXPECT_TRUE(answer.ends_with("\r\n\r\n{\"message\":\"Hello, World!\"}")) << answer;
    EXPECT_TRUE(has(answer, "Connection: close\r\n"));
    EXPECT_TRUE(has(answer, "Content-Type: application/json\r\n"));
}

TEST_F(Server, KeepsTheConnectionForTheNextRequest) {
    start();
    text_client client(port());
    for (int i = 0; i < 3; ++i) {
        client.send(hello);
        EXPECT_TRUE(client.response().starts_with("HTTP/1.1 200 OK\r\n"));
    }
    EXPECT_EQ(serving->snapshot().accepted, 1u);
    EXPECT_EQ(serving->snapshot().requests, 3u);
}

TEST_F(Server, AnswersPipelinedRequestsInTheirOrder) {
    start();
    std::string requests;
    for (int i = 0; i < 100; ++i)
        requests +=
            "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\n" + std::to_string(100 + i);
    text_client client(port());
    client.send(requests);
    for (int i = 0; i < 100; ++i)
        EXPECT_TRUE(client.response().ends_with("\r\n\r\n" + std::to_string(100 + i)));
}

TEST_F(Server, SendsEarlierAnswersBeforeAHandlerThatWaits) {
    start();
    text_client client(port());
    client.send(std::string(hello) + "GET /held HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_TRUE(has(client.response(), "Hello"));
    released = true;
    EXPECT_TRUE(has(client.response(), "at last"));
}

TEST_F(Server, SharesAPortAmongItsReactors) {
    start(2);
    for (int i = 0; i < 20; ++i) EXPECT_TRUE(has(say(port(), hello_and_close), " 200 OK"));
    EXPECT_EQ(serving->snapshot().accepted, 20u);
}

TEST_F(Server, TellsAnHttp10ClientThatTheConnectionStays) {
    start();
    text_client client(port());
    client.send("GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_TRUE(has(client.response(), "Connection: keep-alive\r\n"));
    client.send("GET /hello HTTP/1.0\r\n\r\n");
    EXPECT_TRUE(has(client.rest(), "Connection: close\r\n"));
}

TEST_F(Server, AnswersHeadWithTheLengthAndWithoutTheBody) {
    start();
    text_client client(port());
    client.send("HEAD /hello HTTP/1.1\r\nHost: x\r\n\r\n");
    const auto answer = client.response(false);
    EXPECT_TRUE(has(answer, "Content-Length: 27\r\n"));
    EXPECT_TRUE(answer.ends_with("\r\n\r\n"));
    client.send(hello);
    EXPECT_TRUE(client.response().starts_with("HTTP/1.1 200 OK")) << "nothing of a body was left";
}

TEST_F(Server, AnswersNotFoundAsAProblemWithTheRequestsId) {
    start();
    const auto answer = say(port(),
                            "GET /hello/there?x=1 HTTP/1.1\r\nHost: x\r\n"
                            "X-Request-Id: abc-123\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 404 Not Found\r\n"));
    EXPECT_TRUE(has(answer, "X-Request-Id: abc-123\r\n"));
    const auto problem = problem_of(answer);
    EXPECT_EQ(problem.at("type"), "about:blank");
    EXPECT_EQ(problem.at("title"), "Not Found");
    EXPECT_EQ(problem.at("status"), 404);
    EXPECT_EQ(problem.at("instance"), "/hello/there");
    EXPECT_EQ(problem.at("request_id"), "abc-123");
}

TEST_F(Server, GivesARequestAnIdOfItsOwnWhenTheClientsIsNotDecent) {
    start();
    for (const std::string& id : {std::string(65, 'a'), std::string("a b"), std::string("\"<x>")}) {
        const auto answer = say(port(),
                                "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                                "X-Request-Id: " +
                                    id + "\r\n\r\n");
        EXPECT_EQ(problem_of(answer).at("request_id").as_string().size(), 32u);
    }
}

TEST_F(Server, NamesTheMethodsOfAPathThatLacksTheOneAskedFor) {
    start();
    const auto answer =
        say(port(), "DELETE /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 405 Method Not Allowed\r\n"));
    EXPECT_TRUE(has(answer, "Allow: GET, HEAD, OPTIONS\r\n"));
    EXPECT_EQ(problem_of(answer).at("status"), 405);
}

TEST_F(Server, AnswersBytesItCannotTrustAsAProblemAndCloses) {
    start();
    const auto answer = say(port(), "GET /hello HTTP/1.1\nHost: x\n\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    EXPECT_TRUE(has(answer, "Connection: close\r\n"));
    EXPECT_EQ(problem_of(answer).at("status"), 400);
    EXPECT_TRUE(logs(400));
}

TEST_F(Server, TellsNothingOfAnExceptionsText) {
    routes.get("/broken", [](request&) -> task<response> {
        throw std::runtime_error("password=hunter2");
        co_return response::empty();
    });
    start();
    const auto answer = say(port(), "GET /broken HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 500 Internal Server Error\r\n"));
    EXPECT_FALSE(has(answer, "hunter2"));
    EXPECT_EQ(problem_of(answer).at("status"), 500);
}

TEST_F(Server, AnswersARefusalWithItsFigures) {
    routes.get("/refused", [](request&) -> task<response> {
        budget::refusal why;
        why.resource = "postgres";
        why.consumer = "persistence.sessions";
        why.held = why.limit = 12;
        why.waiting = 3;
        why.holders = {{"secret.holder", 12}};
        why.more = {"secret.holder has a secret.statement", {{"fleet_usable", 97}}};
        throw budget::refused(why);
        co_return response::empty();
    });
    start();
    const auto answer =
        say(port(), "GET /refused HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(answer.starts_with("HTTP/1.1 503 Service Unavailable\r\n"));
    EXPECT_TRUE(has(answer, "Retry-After: 1\r\n"));
    EXPECT_FALSE(has(answer, "secret."));
    const auto problem = problem_of(answer);
    EXPECT_EQ(problem.at("resource"), "postgres");
    EXPECT_EQ(problem.at("consumer"), "persistence.sessions");
    EXPECT_EQ(problem.at("held"), 12);
    EXPECT_EQ(problem.at("limit"), 12);
    EXPECT_EQ(problem.at("waiting"), 3);
    EXPECT_EQ(problem.at("fleet_usable"), 97);
}

TEST_F(Server, RemembersTheTemplateOfARouteAndNotThePath) {
    routes.get("/v1/{tenant}", [](request& of) -> task<response> {
        co_return response::text(of.parameter("tenant"));
    });
    start();
    const auto answer =
        say(port(), "GET /v1/a%20b HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    EXPECT_TRUE(answer.ends_with("\r\n\r\na b"));
    ASSERT_TRUE(logs(200));
    EXPECT_EQ(routes_hit, std::vector<std::string>{"/v1/{tenant}"});
}

TEST_F(Server, InvitesABodyThatWaitsForIt) {
    start();
    text_client client(port());
    client.send(
        "POST /echo HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\n"
        "Content-Length: 2\r\n\r\n");
    EXPECT_EQ(client.response(), "HTTP/1.1 100 Continue\r\n\r\n");
    client.send("ok");
    EXPECT_TRUE(client.response().ends_with("\r\n\r\nok"));
}

TEST_F(Server, DoesNotStartWhereAnotherListens) {
    start();
    settings same = with;
    same.listen = "127.0.0.1:" + std::to_string(port());
    budget::ledger files("files", 20);
    server second({on[0].get()}, settings{.listen = same.listen, .connections_max = 8}, router(),
                  {files.open({"http.listener", 1, 0}).value(),
                   files.open({"http.connections", 9, 0}).value(),
                   files.open({"http.refusals", 2, 0}).value()});
    EXPECT_THROW(second.start(soon()), std::system_error);
}

}  // namespace
}  // namespace headroom::http::detail
