#include "headroom/http/response.hpp"

#include <gtest/gtest.h>

#include <boost/json/parse.hpp>

#include "headroom/http/detail/response_writer.hpp"

namespace headroom::http {
namespace {

std::string written(const response& of, detail::answer_terms terms = {}) {
    terms.date = "now";
    std::string out;
    detail::append_answer(out, of, terms);
    return out;
}

TEST(Response, IsWrittenWithItsFieldsAndLength) {
    auto reply = response::json("{}", 201);
    reply.with("Location", "/a");
    EXPECT_EQ(written(reply),
              "HTTP/1.1 201 Created\r\nDate: now\r\nContent-Type: application/json\r\n"
              "Content-Length: 2\r\nLocation: /a\r\n\r\n{}");
}

TEST(Response, WithoutContentHasNoLength) {
    EXPECT_EQ(written(response::empty()), "HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n");
    EXPECT_EQ(written(response::empty(200)),
              "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 0\r\n\r\n");
}

TEST(Response, NotModifiedHasNothingOfTheBodyItStandsFor) {
    auto known = response::body("text/html", "<p>");
    known.leave_out_known();
    EXPECT_EQ(known.body_bytes(), 3U);
    EXPECT_EQ(written(known),
              "HTTP/1.1 304 Not Modified\r\nDate: now\r\n\r\n");
}

TEST(Response, AsksToComeBackLaterUnlessItSaysWhenItself) {
    EXPECT_NE(written(response(503), {.date = {}, .request_id = {}, .retry_after_s = 7})
                  .find("Retry-After: 7\r\n"),
              std::string::npos);
    response own(503);
    own.with("retry-after", "60");
    const auto text = written(own, {.date = {}, .request_id = {}, .retry_after_s = 7});
    EXPECT_EQ(text.find("Retry-After: 7"), std::string::npos);
}

TEST(Response, RefusesAFieldThatWouldSplitIt) {
    response reply;
    for (const auto* wrong : {"a\r\nSet-Cookie: b", "a\n", "\r", "\x01", "\x7f"})
        EXPECT_THROW(reply.with("X-A", wrong), std::invalid_argument);
    for (const auto* wrong : {"", "X A", "X:", "X\r\n"})
        EXPECT_THROW(reply.with(wrong, "a"), std::invalid_argument);
    EXPECT_TRUE(reply.added().empty());
}

TEST(Response, LeavesTheConnectionsFieldsToTheServer) {
    response reply;
    for (const auto* own : {"Content-Length", "connection", "Transfer-Encoding", "Date"})
        EXPECT_THROW(reply.with(own, "1"), std::invalid_argument) << own;
}

TEST(Problem, HasTheStandardMembersAndItsOwn) {
    problem told{422, "Three \"faults\"."};
    told.type = "https://example.org/faults";
    told.with("count", std::int64_t{3}).with("key", "a\nb").with_json("faults", R"(["x"])");
    const auto json = boost::json::parse(to_json(told, "/v1/a%20b", "id-1")).as_object();
    EXPECT_EQ(json.at("type"), "https://example.org/faults");
    EXPECT_EQ(json.at("title"), "Unprocessable Content");
    EXPECT_EQ(json.at("status"), 422);
    EXPECT_EQ(json.at("detail"), "Three \"faults\".");
    EXPECT_EQ(json.at("instance"), "/v1/a%20b");
    EXPECT_EQ(json.at("request_id"), "id-1");
    EXPECT_EQ(json.at("count"), 3);
    EXPECT_EQ(json.at("key"), "a\nb");
    EXPECT_EQ(json.at("faults").as_array().size(), 1u);
}

TEST(Problem, IsKeptByNoCacheUnlessItSaysSo) {
    const auto kept = [](response of) {
        of.render("/", "");
        std::string found;
        for (const auto& [name, value] : of.added()) found += name + ": " + value + ";";
        return found;
    };
    EXPECT_EQ(kept(problem{404, ""}), "Cache-Control: no-store;");
    response said = problem{404, ""};
    said.with("cache-control", "max-age=5");
    EXPECT_EQ(kept(std::move(said)), "cache-control: max-age=5;");
    EXPECT_EQ(kept(response::text("ok")), "");
}

TEST(Problem, LeavesOutWhatIsNotKnown) {
    EXPECT_EQ(to_json(problem{404}, "", ""),
              R"({"type":"about:blank","title":"Not Found","status":404})");
}

TEST(Problem, AssertsThatNobodyReplacesAStandardMember) {
    EXPECT_DEATH(problem{}.with("status", std::int64_t{200}), "standard");
    EXPECT_DEATH(response(problem{200}), "status of an error");
}

TEST(DateText, IsWrittenAsHttpWantsIt) {
    detail::date_text date;
    const std::chrono::sys_seconds at(std::chrono::seconds(784111777));
    EXPECT_EQ(date.at(at), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(date.at(at + std::chrono::seconds(1)), "Sun, 06 Nov 1994 08:49:38 GMT");
}

TEST(DateText, AsksTheClockTenTimesASecond) {
    detail::date_text date;
    const std::chrono::steady_clock::time_point began(std::chrono::hours(1));
    EXPECT_FALSE(date.now(began).empty());
    EXPECT_EQ(date.at({}), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_EQ(date.now(began + std::chrono::milliseconds(99)), "Thu, 01 Jan 1970 00:00:00 GMT");
    EXPECT_NE(date.now(began + std::chrono::milliseconds(100)), "Thu, 01 Jan 1970 00:00:00 GMT");
}

TEST(RequestIds, AreDistinctAndHex) {
    detail::request_ids ids;
    std::string one, other;
    ids.choose("", one);
    ids.choose("", other);
    EXPECT_NE(one, other);
    EXPECT_EQ(one.size(), 32u);
    EXPECT_EQ(one.find_first_not_of("0123456789abcdef"), std::string::npos);
}

}  // namespace
}  // namespace headroom::http
