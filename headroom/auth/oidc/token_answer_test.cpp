#include "headroom/auth/oidc/token_answer.hpp"

#include <gmock/gmock.h>

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;

oidc_result<token_set> token_answer(std::string_view body, unsigned status = 200) {
    return read_token_answer({status, body});
}

oidc_fault fault_by(unsigned status, std::string_view body, std::string_view retry_after = {}) {
    const auto read = read_token_answer({status, body, retry_after});
    EXPECT_FALSE(read) << body;
    return read ? oidc_fault{} : read.error().why;
}

TEST(TokenAnswer, IsReadWhole) {
    const auto read = token_answer(
        R"({"access_token":"a","token_type":"bEaRer","expires_in":60.5,"refresh_token":"r",)"
        R"("id_token":"i","scope":"x y","more":[1,{"a":null}]})");
    ASSERT_TRUE(read);
    EXPECT_EQ(read->access.reveal(), "a");
    EXPECT_EQ(read->refresh.reveal(), "r");
    EXPECT_EQ(read->id.reveal(), "i");
    EXPECT_EQ(read->scope, "x y");
    EXPECT_EQ(read->life, 60s);
}

TEST(TokenAnswer, ALifeThatIsNotStatedIsTheDefault) {
    EXPECT_EQ(token_answer(R"({"access_token":"a","token_type":"Bearer"})")->life, 3'600s);
    const auto read =
        token_answer(R"({"access_token":"a","token_type":"Bearer","expires_in":1e300})");
    EXPECT_EQ(read->life, token_life_max);
}

TEST(TokenAnswer, AnythingElseIsNone) {
    for (const auto* body :
         {"", "no", "[]", "null", R"({"token_type":"Bearer"})", R"({"access_token":"a"})",
          R"({"access_token":"","token_type":"Bearer"})",
          R"({"access_token":"a","token_type":"DPoP"})",
          R"({"access_token":1,"token_type":"Bearer"})",
          R"({"access_token":"a\n","token_type":"Bearer"})",
          R"({"access_token":"a","access_token":"b","token_type":"Bearer"})",
          R"({"access_token":"a","token_type":"Bearer","expires_in":"60"})",
          R"({"access_token":"a","token_type":"Bearer","expires_in":-1})",
          R"({"access_token":"a","token_type":"Bearer","expires_in":null})",
          R"({"access_token":"a","token_type":"Bearer","refresh_token":null})",
          R"({"access_token":"a","token_type":"Bearer"} x)"})
        EXPECT_EQ(fault_by(200, body), oidc_fault::malformed) << body;
    const auto long_token = R"({"token_type":"Bearer","access_token":")" +
                            std::string(issued_token_bytes_max + 1, 'a') + "\"}";
    EXPECT_EQ(fault_by(200, long_token), oidc_fault::malformed);
    EXPECT_EQ(fault_by(200, std::string(token_answer_bytes_max + 1, ' ')), oidc_fault::malformed);
}

TEST(TokenAnswer, AFailureIsForGoodPassingOrAnOperators) {
    EXPECT_EQ(fault_by(400, R"({"error":"invalid_grant"})"), oidc_fault::grant_refused);
    for (const auto* error : {"interaction_required", "login_required", "consent_required"})
        EXPECT_EQ(fault_by(400, std::string(R"({"error":")") + error + "\"}"),
                  oidc_fault::grant_refused) << "the user has to be there";
    EXPECT_EQ(fault_by(401, R"({"error":"invalid_client"})"), oidc_fault::misconfigured);
    EXPECT_EQ(fault_by(400, R"({"error":"unsupported_grant_type"})"), oidc_fault::misconfigured);
    EXPECT_EQ(fault_by(400, R"({"error":"something new"})"), oidc_fault::misconfigured);
    EXPECT_EQ(fault_by(401, ""), oidc_fault::misconfigured);
    EXPECT_EQ(fault_by(400, R"({"error":"temporarily_unavailable"})"), oidc_fault::unavailable);
    for (const unsigned status : {408U, 429U, 500U, 502U, 503U, 504U, 599U})
        EXPECT_EQ(fault_by(status, R"({"error":"invalid_grant"})"), oidc_fault::unavailable);
    for (const unsigned status : {204U, 302U, 400U, 404U, 418U})
        EXPECT_EQ(fault_by(status, "<html>"), oidc_fault::malformed) << status;
}

TEST(TokenAnswer, APauseThatIsAskedForIsTold) {
    const auto read = read_token_answer({429, "", "120"});
    EXPECT_EQ(read.error().retry_after, 120s);
    EXPECT_EQ(read.error().sentence(),
              "unavailable, answered with 429, to be asked again in 120 s");
    EXPECT_EQ(read_token_answer({429, "", "soon"}).error().retry_after, std::nullopt);
}

TEST(TokenAnswer, NoTextOfItLeaves) {
    for (const unsigned status : {200U, 400U, 500U}) {
        const auto read = read_token_answer(
            {status, R"({"error":"canary","error_description":"canary"})"});
        EXPECT_THAT(read.error().sentence(), ::testing::Not(::testing::HasSubstr("canary")));
    }
}

TEST(Introspection, TellsWhatIsKnownOfAnActiveToken) {
    const auto read = read_introspection(
        {200, R"({"active":true,"sub":"s","client_id":"c","scope":"a b","exp":100,"aud":"api"})"});
    ASSERT_TRUE(read);
    EXPECT_TRUE(read->active);
    EXPECT_EQ(read->subject, "s");
    EXPECT_EQ(read->client, "c");
    EXPECT_THAT(read->audiences, ::testing::ElementsAre("api"));
    EXPECT_EQ(read->expiry, wall_time(100s));
}

TEST(Introspection, OfSeveralAudiencesAllAreKnown) {
    EXPECT_THAT(read_introspection({200, R"({"active":true,"aud":["a","b"]})"})->audiences,
                ::testing::ElementsAre("a", "b"));
    EXPECT_THAT(read_introspection({200, R"({"active":true})"})->audiences, ::testing::IsEmpty());
    EXPECT_FALSE(read_introspection({200, R"({"active":true,"aud":["a",1]})"}));
    EXPECT_FALSE(read_introspection({200, R"({"active":true,"aud":{}})"}));
}

TEST(Introspection, AnInactiveTokenIsNobodys) {
    const auto read = read_introspection({200, R"({"active":false,"sub":"s"})"});
    ASSERT_TRUE(read);
    EXPECT_FALSE(read->active);
    EXPECT_EQ(read->subject, "");
    EXPECT_FALSE(read_introspection({200, R"({"active":"true"})"}));
    EXPECT_FALSE(read_introspection({200, "{}"}));
}

TEST(PushedAnswer, IsAReference) {
    EXPECT_EQ(read_pushed_answer({201, R"({"request_uri":"urn:x","expires_in":60})"}).value(),
              "urn:x");
    EXPECT_FALSE(read_pushed_answer({201, R"({"request_uri":""})"}));
}

}  // namespace
}  // namespace headroom::auth
