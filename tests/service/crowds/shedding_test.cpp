// Who is turned away, and who is not, while PostgreSQL stands still.
#include "headroom/testing/eventually.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

using namespace std::chrono_literals;

constexpr std::string_view configuration = "/v1/tenants/acme/configuration";

class Shedding : public ::testing::Test {
protected:
    void SetUp() override {
        database_.migrate();
        service_.emplace(database_.addresses());
        ASSERT_TRUE(service_->ready()) << service_->errors();
        service_->make_tenant("acme");
    }
    void TearDown() override { database_.server().thaw(); }

    running_service::answer read(std::string_view headers = "") const {
        return service_->send("GET", configuration, "", headers);
    }
    /// Of how many in a row this is the answer: refused at the door, with figures.
    unsigned refused_at_once(unsigned times, std::string_view verb) const {
        unsigned refused = 0;
        while (times-- > 0) {
            const auto answer = service_->send(verb, configuration, "", patient);
            if (answer.status != 503) continue;
            const auto told = boost::json::parse(answer.body);
            refused += told.at("reason") == "stalled" && told.at("resource") == "postgres" &&
                       told.as_object().contains("waiting") &&
                       told.as_object().contains("still_ms") &&
                       header_of(answer, "Retry-After") == "1";
        }
        return refused;
    }
    bool stalls() const {
        return testing::eventually([&] { return read(hasty).body.contains("stalled"); });
    }
    double metric(std::string_view series) const {
        const auto text = service_->get("/metrics").body;
        const auto at = text.find("\n" + std::string(series) + " ");
        return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 2));
    }

    static constexpr std::string_view hasty = "Request-Timeout: 0.1\r\n";
    static constexpr std::string_view patient = "Request-Timeout: 5\r\n";
    served_database database_;
    std::optional<running_service> service_;
};

// Each of ten would wait for five seconds; one a second may, to see.
TEST_F(Shedding, WhoNeedsAFrozenDatabaseIsToldAtOnceAndWhoDoesNotIsServed) {
    database_.server().freeze();
    ASSERT_TRUE(stalls()) << read(hasty).body;
    const auto began = std::chrono::steady_clock::now();
    EXPECT_GE(refused_at_once(10, "GET"), 8U);
    EXPECT_LT(std::chrono::steady_clock::now() - began, 15s) << "and not ten times five";
    for (const auto* path :
         {"/livez", "/metrics", "/budget", "/inflight", "/openapi.json", "/docs"})
        EXPECT_EQ(service_->get(path).status, 200U) << path;
    EXPECT_EQ(metric("headroom_postgres_stalled{consumer=\"persistence.lanes\"}"), 1);
    EXPECT_GE(metric("http_server_shed_total{reason=\"stalled\"}"), 8);
}

TEST_F(Shedding, IsOverWhenTheDatabaseAnswersAgain) {
    database_.server().freeze();
    ASSERT_TRUE(stalls());
    database_.server().thaw();
    EXPECT_TRUE(testing::eventually([&] { return read(hasty).status == 200; }));
    EXPECT_TRUE(testing::eventually([&] {
        return metric("headroom_postgres_stalled{consumer=\"persistence.lanes\"}") == 0;
    }));
    for (int each = 0; each < 50; ++each) EXPECT_EQ(read(patient).status, 200U);
}

// Nobody may append: changes are refused, reads are not.
TEST_F(Shedding, OfChangesAloneWhereOnlyTheStoreStandsStill) {
    testing::program locks;
    locks.arguments = {"psql", "-qAtX", database_.server().url("postgres", database_.name()), "-c",
                       "begin", "-c", "lock table headroom_events in share mode", "-c",
                       "select 'locked'", "-c", "select pg_sleep(60)"};
    testing::child_process held(locks);
    ASSERT_TRUE(testing::eventually([&] { return !held.output().empty(); }));
    const auto put = [&] {
        return service_->send("PUT", std::string(configuration) + "/a",
                              R"({"type":"integer","value":1})", hasty);
    };
    // An append that is given up is under way no more: one stays.
    std::thread stays([&] {
        service_->send("PUT", std::string(configuration) + "/b", R"({"type":"integer","value":1})",
                       "Request-Timeout: 9\r\n");
    });
    EXPECT_TRUE(testing::eventually([&] { return put().body.contains("stalled"); }));
    EXPECT_TRUE(put().body.contains("eventsourcing.event_store"));
    for (int each = 0; each < 20; ++each) EXPECT_EQ(read(patient).status, 200U);
    stays.join();
}

// In calm and in a storm: whoever would be answered is.
TEST_F(Shedding, ABusyDatabaseThatMovesRefusesNobody) {
    load busy(*service_, 48);
    EXPECT_TRUE(testing::eventually([&] { return busy.good() > 2'000; }));
    busy.stop();
    EXPECT_EQ(busy.unavailable(), 0U);
    EXPECT_EQ(metric("http_server_shed_total{reason=\"stalled\"}"), 0);
    EXPECT_EQ(metric("http_server_shed_total{reason=\"slow\"}"), 0);
}

}  // namespace
}  // namespace headroom::service
