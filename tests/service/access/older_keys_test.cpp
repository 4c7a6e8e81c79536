// An API key whose secret an older system hashed with bcrypt, until it is kept as ours are.
#include <crypt.h>
#include <gmock/gmock.h>

#include "headroom/auth/api_key.hpp"
#include "headroom/testing/eventually.hpp"
#include "tests/service/access/auth_fixture.hpp"

namespace headroom::service {
namespace {

using ::testing::StartsWith;

class OlderKeys : public ::testing::Test {
protected:
    OlderKeys() {
        database_.migrate();
        auto where = database_.addresses();
        where["HEADROOM_HTTP_TRUSTED_PROXIES"] = "127.0.0.1";
        service_ = std::make_unique<running_service>(where);
    }

    void SetUp() override {
        ASSERT_TRUE(service_->ready()) << service_->errors();
        service_->make_tenant("acme");
        const auto made = service_->post("/v1/tenants/acme/agents",
                                         R"({"agent_type":"robot","display_name":"R2"})");
        const auto key = service_->send("POST", header_of(made, "Location") + "/keys", "",
                                        "Prefer: wait\r\n");
        ASSERT_EQ(key.status, 201U) << key.body;
        key_ = boost::json::parse(key.body).at("key").as_string();
        id_ = key_.substr(3, auth::api_key_id_length);
    }

    /// What the registry and the event hold becomes what an older system would have written.
    void make_older() {
        const auto secret_text = key_.substr(3 + 8, auth::api_key_secret_length);
        crypt_data room{};
        const std::string hash =
            crypt_r(secret_text.c_str(), "$2b$12$D4G5f18o7aMMfwasBL7Gpu", &room);
        const auto old = kept();
        sql("update agent_api_key_registry set key_hash = '" + hash + "'");
        sql("set session_replication_role = replica; update headroom_events set state = "
            "convert_to(replace(convert_from(state, 'UTF8'), '" + old + "', '" + hash +
            "'), 'UTF8')");
    }
    void sql(const std::string& text) { database_.server().sql(text, database_.name()); }
    std::string kept() {
        return database_.server().value("select key_hash from agent_api_key_registry",
                                        database_.name());
    }
    unsigned ask(const std::string& key) const {
        return service_->send("GET", "/v1/me", "", api_key(key)).status;
    }

    running_service::answer ask_from(const std::string& address, const std::string& key) const {
        return service_->send("GET", "/v1/me", "",
                              api_key(key) + "X-Forwarded-For: " + address + "\r\n");
    }

    served_database database_;
    std::unique_ptr<running_service> service_;
    std::string key_, id_;
};

TEST_F(OlderKeys, AreHashedAnewAtTheirFirstUseAndStaySoInARebuild) {
    make_older();
    ASSERT_THAT(kept(), StartsWith("$2b$"));
    auto wrong = key_.substr(0, 54);
    wrong.back() = wrong.back() == 'A' ? 'B' : 'A';
    EXPECT_EQ(ask(wrong), 401U);
    EXPECT_THAT(kept(), StartsWith("$2b$"));
    EXPECT_EQ(ask(key_.substr(0, 54)), 200U) << "without a checksum, as they were issued";
    EXPECT_TRUE(testing::eventually([&] { return kept().size() == 64; })) << service_->errors();
    EXPECT_EQ(ask(key_.substr(0, 54)), 200U);
    const auto done = run_service(database_.addresses(),
                                  {"projections", "rewind", "identity.api_keys"});
    ASSERT_EQ(done.code, 0) << done.errors;
    EXPECT_TRUE(testing::eventually([&] { return kept().size() == 64; })) << kept();
    EXPECT_EQ(database_.server().value("select count(*) from headroom_events where topic = "
                                       "'identity:Agent.APIKeyRehashed'",
                                       database_.name()),
              "1");
}

TEST_F(OlderKeys, WhoGuessesFromElsewhereDoesNotLockTheOwnerOutNorLearnThatThereIsAKey) {
    make_older();
    const auto guess = [](const std::string& id) {
        return "pk_" + id + auth::make_api_key().value.reveal();
    };
    for (const auto& id : {id_, auth::make_api_key().id}) {
        for (int i = 0; i < 5; ++i) EXPECT_EQ(ask_from("203.0.113.9", guess(id)).status, 401U);
        const auto last = ask_from("203.0.113.9", guess(id));
        EXPECT_EQ(last.status, 429U) << last.body;
        EXPECT_EQ(header_of(last, "Retry-After"), "60");
    }
    EXPECT_EQ(ask_from("198.51.100.7", key_.substr(0, 54)).status, 200U) << service_->errors();
    EXPECT_EQ(ask_from("203.0.113.9", key_.substr(0, 54)).status, 200U) << "known from then on";
}

}  // namespace
}  // namespace headroom::service
