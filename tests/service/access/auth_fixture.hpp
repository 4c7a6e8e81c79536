// service/access/auth_fixture.hpp: a service that lets nobody in without a credential.
#pragma once
#include <fmt/format.h>

#include "headroom/testing/eventually.hpp"
#include "tests/service/access/identity_provider.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {

inline std::string bearer(const std::string& token) {
    return "Authorization: Bearer " + token + "\r\n";
}
inline std::string api_key(const std::string& key) { return "X-API-Key: " + key + "\r\n"; }

/// A provider, and a database that was migrated: one for all tests of a program.
struct guarded {
    served_database database;
    identity_provider provider;

    guarded() { database.migrate(); }
    variables addresses() const {
        auto all = database.addresses();
        all["AUTH_ISSUER"] = provider.issuer();
        all["AUTH_DEV_BYPASS"] = "false";
        return all;
    }
    static guarded& one() {
        static guarded* const made = new guarded;
        return *made;
    }
};

/// One service for all its tests; tokens by role.
class auth_fixture : public ::testing::Test {
protected:
    using answer = running_service::answer;

    void SetUp() override { ASSERT_TRUE(service().ready()) << service().errors(); }

    static identity_provider& provider() { return guarded::one().provider; }
    static running_service& service() {
        static running_service* const made = new running_service(guarded::one().addresses());
        return *made;
    }

    static std::string platform_token() {
        return provider().token({.subject = "root", .roles = R"(["platform_admin"])"});
    }
    static std::string token_of(const std::string& tenant, const std::string& role = "",
                                const std::string& subject = "ada", std::string more = "") {
        return provider().token({.subject = subject + "-" + tenant,
                                 .tenant = tenant,
                                 .roles = role.empty() ? "[]" : "[\"" + role + "\"]",
                                 .more = std::move(more)});
    }

    static answer ask(std::string_view verb, const std::string& path, const std::string& headers,
                      std::string_view body = "{}") {
        return service().send(verb, path, body, headers);
    }
    static answer get(const std::string& path, const std::string& headers) {
        return service().send("GET", path, "", headers);
    }
    static std::string as_platform() { return bearer(platform_token()); }

    /// Active, and shown by the read models.
    static std::string tenant() {
        static int made = 0;
        auto slug = fmt::format("auth-{}", ++made);
        const auto begun = ask("POST", "/v1/tenants", as_platform(),
                               fmt::format(R"({{"slug":"{0}","name":"{0}"}})", slug));
        EXPECT_EQ(begun.status, 201U) << begun.body;
        const auto done = ask("POST", "/v1/tenants/" + slug + "/activate",
                              as_platform() + "Prefer: wait\r\n");
        EXPECT_EQ(done.status, 200U) << done.body;
        return slug;
    }
    static std::string text(const answer& of, const char* pointer) {
        return std::string(boost::json::parse(of.body).at_pointer(pointer).as_string());
    }

    /// An agent of a tenant, and a key of it.
    struct robot {
        std::string path, id, key, key_id;
    };
    static answer new_key(const std::string& agent, const std::string& by) {
        return ask("POST", agent + "/keys", by + "Prefer: wait\r\n");
    }
    static robot make_robot(const std::string& tenant) {
        const auto by = bearer(token_of(tenant, "admin"));
        const auto made = ask("POST", "/v1/tenants/" + tenant + "/agents", by,
                              R"({"agent_type":"robot","display_name":"R2"})");
        EXPECT_EQ(made.status, 201U) << made.body;
        robot one{header_of(made, "Location"), text(made, "/agent_id"), "", ""};
        const auto key = new_key(one.path, by);
        EXPECT_EQ(key.status, 201U) << key.body;
        one.key = text(key, "/key");
        one.key_id = text(key, "/key_id");
        return one;
    }
};

}  // namespace headroom::service
