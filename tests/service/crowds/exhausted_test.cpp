// What a refusal of a running service tells when a pool is exhausted: the pool, the server, and the
// fleet.
#include <fmt/format.h>

#include <algorithm>

#include "headroom/testing/eventually.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

using namespace std::chrono_literals;

constexpr unsigned sessions_max = 5;  // two of the event store's own, and the reserve of three

class Exhausted : public ::testing::Test {
protected:
    void SetUp() override {
        database_.migrate();
        database_.server().sql(
            "insert into headroom_fleet.external (application, declared) values ('metabase%', 7)",
            database_.name());
        auto where = database_.addresses();
        neighbour_.emplace(where, "project");
        ASSERT_TRUE(neighbour_->ready()) << neighbour_->errors();
        where["HEADROOM_HTTP_REQUEST_TIMEOUT"] = "2s";
        service_.emplace(where);
        ASSERT_TRUE(service_->ready()) << service_->errors();
    }
    std::string value(const std::string& text) {
        return database_.server().value(text, database_.name());
    }
    /// Nobody may append until it is destroyed.
    std::unique_ptr<testing::child_process> lock_events() {
        testing::program locks;
        locks.arguments = {"psql", "-qAtX", database_.server().url("postgres", database_.name()),
                           "-c", "begin", "-c", "lock table headroom_events in share mode", "-c",
                           "select 'locked'", "-c", "select pg_sleep(60)"};
        auto held = std::make_unique<testing::child_process>(locks);
        EXPECT_TRUE(testing::eventually([&] { return !held->output().empty(); }));
        return held;
    }
    unsigned blocked() {
        return static_cast<unsigned>(std::stoul(
            value("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")));
    }
    /// So many appends of different streams, each with a session of its own while there is one.
    std::vector<running_service::answer> append_all(unsigned count) {
        std::vector<running_service::answer> answers(count);
        std::vector<std::thread> clients;
        for (unsigned i = 0; i < count; ++i) {
            clients.emplace_back([&, i] {
                answers[i] = service_->post(
                    "/v1/tenants", fmt::format(R"({{"slug":"late-{}","name":"Late"}})", i));
            });
            // Appends that come together share a session.
            testing::eventually([&] { return blocked() >= std::min(i + 1, sessions_max); }, 100ms);
        }
        for (auto& each : clients) each.join();
        return answers;
    }
    /// What the log says of the first append that was late: nobody has given a session back yet.
    std::string first_lateness() {
        const auto log = service_->errors();
        const auto at = log.find("at its deadline");
        return at == std::string::npos ? log : log.substr(at, log.find('\n', at) - at);
    }
    served_database database_;
    std::optional<running_service> neighbour_, service_;
};

void expect_parts(const std::string& text, const std::vector<std::string>& parts) {
    for (const auto& each : parts) EXPECT_NE(text.find(each), std::string::npos) << each << "\n"
                                                                                << text;
}

TEST_F(Exhausted, TheLogNamesThePoolItsOldestHoldTheServerAndTheFleet) {
    const auto reserved = value("select sum(reservation) from headroom_fleet.member");
    const auto own = value("select reservation from headroom_fleet.member where duty = 'serve'");
    const auto locks = lock_events();
    const auto answers = append_all(12);
    // Whoever came when nothing had been appended for long was told so at the door.
    for (const auto& each : answers)
        EXPECT_TRUE(each.status == 504U || each.body.contains("stalled")) << each.body;
    EXPECT_EQ(answers.front().status, 504U);
    for (const auto& each : answers) EXPECT_EQ(each.body.find("fleet"), std::string::npos);
    // Two of the event store's own, and the whole reserve of three.
    expect_parts(first_lateness(),
                 {"5 of 5 sessions out, 0 opening", "oldest hold: eventsourcing.event_store since",
                  "last: ", "server: ", " slots taken: ", "/project ",
                  fmt::format("fleet: {} of 97 usable are reserved for this process, {} for all "
                              "members, 2 for joining, 7 for externals, ", own, reserved),
                  " free, as of "});
}

}  // namespace
}  // namespace headroom::service
