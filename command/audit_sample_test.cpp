// Audits that look again and again: the real binary, real servers, clients that come and go.
#include "command/audit_sample_fixture.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <sstream>

#include "command/audit_crowd_fixture.hpp"
#include "headroom/runtime/deadline.hpp"

namespace headroom::command {
namespace {

using namespace std::chrono_literals;
using testing::private_pgbouncer;
using testing::private_postgres;
using testing::private_redis;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

constexpr std::chrono::seconds audit_bound{30};

strings with_json(strings arguments) {
    arguments.insert(arguments.begin(), {HEADROOM_COMMAND, "audit"});
    arguments.push_back("--json");
    return arguments;
}

}  // namespace

running_audit::running_audit(strings arguments)
    : program_({.arguments = with_json(std::move(arguments))}) {}

testing::outcome running_audit::end() {
    const auto ended = program_.wait(audit_bound);
    EXPECT_TRUE(ended) << program_.errors();
    const auto code = !ended ? -1 : ended->signal != 0 ? 128 + ended->signal : ended->code;
    return {code, program_.output(), program_.errors()};
}

auditor_seen auditor_on(const private_postgres& server) {
    return auditor_seen([&server] {
        std::vector<auditor_seen::sight> all;
        for (const auto& row :
             server.sql("select pid, state_change from pg_stat_activity"
                        " where application_name like 'headroom/audit/%'"))
            all.push_back({row[0], row[1]});
        return all;
    });
}

auditor_seen auditor_on(const private_redis& server) {
    const auto port = server.port();
    return auditor_seen([port, ours = 0]() mutable {
        std::vector<auditor_seen::sight> all;
        const auto said = testing::say(port, "INFO commandstats\r\nCLIENT LIST\r\nQUIT\r\n");
        constexpr std::string_view calls = "cmdstat_info:calls=";
        const auto at_calls = said.find(calls);
        if (at_calls == std::string::npos) return all;  // no place for us just now
        const int asked = std::stoi(said.substr(at_calls + calls.size()));
        const auto sign = std::to_string(asked - ours++);
        for (auto at = said.find("name=headroom-audit"); at != std::string::npos;
             at = said.find("name=headroom-audit", at + 1)) {
            const auto line = said.rfind('\n', at) + 1;
            all.push_back({said.substr(line, said.find(' ', line) - line), sign});
        }
        return all;
    });
}

auditor_seen auditor_on(const private_pgbouncer& pooler) {
    const auto at =
        persistence::parse_connect_info(pooler.url("postgres", "pgbouncer")).value();
    const auto visit = std::make_shared<persistence::console_visit>(
        persistence::visit_terms{at, "test.console", "test/console"});
    return auditor_seen([visit] {
        static constexpr std::array<std::string_view, 1> show{"SHOW CLIENTS"};
        const auto clients = visit->ask(show, deadline::after(10s)).front();
        std::vector<auditor_seen::sight> all;
        for (std::size_t row = 0; row < clients.rows.size(); ++row)
            if (clients.value(row, "application_name") == "headroom/audit/console")
                all.push_back({clients.value(row, "ptr"), clients.value(row, "request_time")});
        return all;
    });
}

namespace {

json::object find_in(const json::object& page, const char* list, const char* key,
                     std::string_view value) {
    for (const auto& each : page.at(list).as_array())
        if (each.at(key).is_string() && each.at(key).as_string() == value) return each.as_object();
    return {};
}

constexpr std::string_view established = "01", close_wait = "08";

/// The server's ends of TCP connections to a port of the loopback, as the kernel lists them.
std::ptrdiff_t sockets_of(unsigned short port, std::string_view state) {
    std::ifstream table("/proc/net/tcp");
    const auto local = fmt::format("0100007F:{:04X}", port);
    std::ptrdiff_t found = 0;
    for (std::string line; std::getline(table, line);) {
        std::istringstream words(line);
        std::string number, at, peer, is;
        words >> number >> at >> peer >> is;
        found += at == local && is == state;
    }
    return found;
}

class AuditSample : public audit_fixture {
protected:
    static private_postgres& server() {
        static private_postgres one({.settings = {{"max_connections", "40"},
                                                  {"tcp_keepalives_idle", "60"},
                                                  {"client_connection_check_interval", "1000"}}});
        static const bool prepared = [] {
            one.create_role("app");
            one.create_role("watch", "LOGIN IN ROLE pg_monitor");
            return true;
        }();
        (void)prepared;
        return one;
    }
    static std::string what(const json::object& page, std::string_view id) {
        const auto found = finding(page, id);
        return found.empty() ? "" : std::string(found.at("what").as_string());
    }
    const std::string plan =
        "resources:\n  postgres: {limit: 40, reserved: 3}\n  redis: {limit: 10000}\n"
        "  pgbouncer: {limit: 10}\n"
        "consumers:\n"
        "  - {name: web.engine, resource: postgres, pool: 2, application_name: web}\n"
        "  - {name: web.cache, resource: redis, pool: 2, application_name: web}\n"
        "  - {name: web.pooled, resource: pgbouncer, pool: 2, application_name: web}\n";
};

TEST_F(AuditSample, SeesSessionsOfPostgresThatASingleLookMisses) {
    running_audit audit({"--postgres", server().url("watch"), "--manifest", manifest(plan),
                         "--sample", "60s", "--interval", "100ms"});
    auto auditor = auditor_on(server());
    ASSERT_TRUE(auditor.comes());
    {
        crowd people;
        people.join(5, server().url("app"), "web");
        people.join(30, server().url("app"), "report");
        EXPECT_TRUE(auditor.looks_again());
    }
    EXPECT_TRUE(auditor.looks_again());
    audit.signal(SIGINT);
    const auto page = audit.pages().at(0).as_object();
    // Whoever looks at the auditor is a session as well, for a moment.
    EXPECT_GE(page.at("live_peak").to_number<int>(), 35);
    EXPECT_EQ(find_in(page, "consumers", "name", "web.engine").at("live"), 0);
    EXPECT_EQ(find_in(page, "consumers", "name", "web.engine").at("peak"), 5);
    EXPECT_EQ(what(page, "HR-PG-OVERUSER"),
              "5 live at peak, 0 now, 2 declared: 3 more than it may");
    EXPECT_EQ(find_in(page, "findings", "subject", "report as app").at("what"),
              "30 sessions at peak, 0 now, that nobody declared");
    EXPECT_THAT(what(page, "HR-PG-FULL"), HasSubstr("of 37 usable slots were taken at peak, "));
    EXPECT_GE(page.at("sum").to_number<int>(), 35) << "2 declared, 3 above that, 30 strangers";
    EXPECT_GE(page.at("looks").to_number<int>(), 4);
    EXPECT_EQ(auditor.at_once, 1u);
    EXPECT_THAT(auditor.connections, SizeIs(1)) << "one connection, kept for the whole time";

    const auto after = server_in(report({"--postgres", server().url("watch"), "--manifest",
                                         manifest(plan)}));
    EXPECT_THAT(ids(after), Not(Contains("HR-PG-OVERUSER")));
    EXPECT_THAT(ids(after), Not(Contains("HR-PG-STRANGER")));
}

TEST_F(AuditSample, KeepsPeaksByOwnerRoleAndDatabase) {
    private_postgres other;
    other.create_role("batch", "LOGIN CONNECTION LIMIT 4");
    const auto database = other.create_database();
    running_audit audit(
        {"--postgres", other.url("postgres"), "--sample", "60s", "--interval", "100ms"});
    auto auditor = auditor_on(other);
    ASSERT_TRUE(auditor.comes());
    {
        crowd people;
        people.join(4, other.url("batch", database), "load");
        EXPECT_TRUE(auditor.looks_again());
    }
    audit.signal(SIGINT);
    const auto page = audit.pages().at(0).as_object();
    const auto owner = find_in(page, "peaks", "name", "load as batch in " + database);
    ASSERT_FALSE(owner.empty()) << json::serialize(page.at("peaks"));
    EXPECT_EQ(owner.at("of"), "owner");
    EXPECT_EQ(owner.at("peak"), 4);
    EXPECT_EQ(owner.at("now"), 0);
    EXPECT_THAT(std::string(owner.at("at").as_string()),
                ::testing::MatchesRegex("20..-..-..T..:..:..Z"));
    EXPECT_EQ(find_in(page, "peaks", "name", "batch").at("of"), "role");
    EXPECT_EQ(find_in(page, "peaks", "name", database).at("of"), "database");
    EXPECT_EQ(what(page, "HR-PG-ROLE-LIMIT"),
              "CONNECTION LIMIT 4, 4 live at peak, 0 now, 0 declared");
}

TEST_F(AuditSample, SeesClientsOfRedisThatASingleLookMisses) {
    private_redis redis({{"maxclients", "12"}});
    running_audit audit({"--redis", redis.url(), "--manifest", manifest(plan), "--sample", "60s",
                         "--interval", "100ms"});
    auto auditor = auditor_on(redis);
    ASSERT_TRUE(auditor.comes());
    {
        std::vector<testing::text_client> people;
        for (int i = 0; i < 10; ++i) {
            people.emplace_back(redis.port());
            people.back().send("CLIENT SETNAME web\r\nPING\r\n");
        }
        EXPECT_TRUE(auditor.looks_again());
    }
    EXPECT_TRUE(auditor.looks_again());
    audit.signal(SIGINT);
    const auto page = audit.pages().at(0).as_object();
    EXPECT_GE(page.at("live_peak").to_number<int>(), 10);
    EXPECT_EQ(what(page, "HR-RD-OVERUSER"),
              "10 live at peak, 0 now, 2 declared: 8 more than it may");
    EXPECT_THAT(what(page, "HR-RD-FULL"), HasSubstr("of 12 maxclients were taken at peak, "));
    EXPECT_EQ(auditor.at_once, 1u);
    EXPECT_THAT(auditor.connections, SizeIs(1));
    EXPECT_THAT(ids(server_in(report({"--redis", redis.url(), "--manifest", manifest(plan)}))),
                Not(Contains("HR-RD-OVERUSER")));
}

TEST_F(AuditSample, SeesClientsOfPgBouncerThatASingleLookMisses) {
    private_pgbouncer pooler(server(), {{"max_client_conn", "10"}, {"stats_users", "postgres"}});
    running_audit audit({"--pgbouncer", pooler.url("postgres", "pgbouncer"), "--manifest",
                         manifest(plan), "--sample", "60s", "--interval", "100ms"});
    auto auditor = auditor_on(pooler);
    ASSERT_TRUE(auditor.comes());
    {
        crowd people;
        people.join(6, pooler.url("app", "postgres"), "web");
        EXPECT_TRUE(auditor.looks_again());
    }
    EXPECT_TRUE(auditor.looks_again());
    audit.signal(SIGINT);
    const auto page = audit.pages().at(0).as_object();
    EXPECT_EQ(what(page, "HR-PB-OVERUSER"),
              "6 live at peak, 0 now, 2 declared: 4 more than it may");
    EXPECT_GE(page.at("live_peak").to_number<int>(), 6);
    EXPECT_EQ(auditor.at_once, 1u);
    EXPECT_THAT(auditor.connections, SizeIs(1));
    EXPECT_THAT(ids(server_in(report({"--pgbouncer", pooler.url("postgres", "pgbouncer"),
                                      "--manifest", manifest(plan)}))),
                Not(Contains("HR-PB-OVERUSER")));
}

TEST_F(AuditSample, ReportsWhatWasSeenOfAServerThatIsKilledAndGoesOnWithTheOthers) {
    private_postgres mortal;
    mortal.create_role("watch", "LOGIN IN ROLE pg_monitor");
    private_redis redis;
    auto url = mortal.url("watch");
    url.replace(url.find("watch@"), 6, "watch:s3cret@");
    running_audit audit({"--postgres", url, "--redis", redis.url(), "--sample", "60s", "--interval",
                         "100ms"});
    auto auditor = auditor_on(mortal);
    ASSERT_TRUE(auditor.comes());
    for (int i = 0; i < 2; ++i) EXPECT_TRUE(auditor.looks_again());  // one has been answered
    mortal.crash();
    auto other = auditor_on(redis);
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(other.looks_again());
    audit.signal(SIGINT);
    const auto answer = audit.end();
    EXPECT_EQ(answer.code, 75);
    EXPECT_EQ(std::ranges::count(answer.errors, '\n'), 1) << answer.errors;
    EXPECT_THAT(answer.errors, HasSubstr("not seen after"));
    EXPECT_THAT(answer.output + answer.errors, Not(HasSubstr("s3cret")));
    const auto pages = json::parse(answer.output).at("servers").as_array();
    EXPECT_EQ(pages.at(0).at("verdict"), "UNKNOWN") << "nobody knows how it is now";
    EXPECT_TRUE(pages.at(0).at("lost").is_string());
    EXPECT_EQ(pages.at(0).at("limit"), 100) << "what was seen stands";
    EXPECT_TRUE(pages.at(0).at("outages").at(0).at("until").is_null());
    EXPECT_TRUE(pages.at(1).at("lost").is_null());
    EXPECT_LT(pages.at(0).at("looks").to_number<int>(), pages.at(1).at("looks").to_number<int>());
}

TEST_F(AuditSample, ComesBackToAServerThatWasRestarted) {
    private_postgres mortal;
    running_audit audit(
        {"--postgres", mortal.url("postgres"), "--sample", "60s", "--interval", "100ms"});
    auto auditor = auditor_on(mortal);
    ASSERT_TRUE(auditor.comes());
    EXPECT_TRUE(auditor.looks_again());
    mortal.restart(testing::stop_mode::immediate);
    const auto is_back = [&] { return !auditor.look().empty() && auditor.connections.size() == 2; };
    EXPECT_TRUE(testing::eventually(is_back));
    EXPECT_TRUE(auditor.looks_again());
    audit.signal(SIGINT);
    const auto answer = audit.end();
    EXPECT_EQ(answer.code, 0) << answer.errors;
    const auto page = json::parse(answer.output).at("servers").at(0).as_object();
    EXPECT_TRUE(page.at("lost").is_null());
    EXPECT_THAT(page.at("outages").as_array(), SizeIs(1));
    EXPECT_TRUE(page.at("outages").at(0).at("until").is_string());
    EXPECT_EQ(auditor.at_once, 1u);
    EXPECT_THAT(auditor.connections, SizeIs(2)) << "the one that was lost, and another";
}

TEST_F(AuditSample, WaitsForTheEndOfAConnectionWhoseServerIsSilent) {
    private_redis redis;
    running_audit audit({"--redis", redis.url(), "--sample", "60s", "--interval", "100ms",
                         "--timeout", "1s"});
    auto auditor = auditor_on(redis);
    ASSERT_TRUE(auditor.comes());
    EXPECT_TRUE(auditor.looks_again());
    redis.freeze();
    EXPECT_TRUE(testing::eventually([&] { return sockets_of(redis.port(), close_wait) == 1; }));
    EXPECT_FALSE(testing::eventually([&] { return sockets_of(redis.port(), established) > 0; },
                                     1500ms))
        << "a second connection while the end of the first is not known";
    redis.thaw();
    const auto is_back = [&] { return !auditor.look().empty() && auditor.connections.size() == 2; };
    EXPECT_TRUE(testing::eventually(is_back));
    EXPECT_TRUE(auditor.looks_again());
    audit.signal(SIGINT);
    const auto page = audit.pages().at(0).as_object();
    EXPECT_TRUE(page.at("lost").is_null()) << json::serialize(page.at("lost"));
    EXPECT_THAT(page.at("outages").as_array(), SizeIs(1));
    EXPECT_EQ(auditor.at_once, 1u) << "no second one while the first was there";
    EXPECT_THAT(auditor.connections, SizeIs(2));
}

TEST_F(AuditSample, EndsInTimeWhenAServerStaysSilent) {
    private_postgres silent;
    private_pgbouncer pooler(silent, {{"stats_users", "postgres"}});
    const auto begun = deadline::clock::now();
    running_audit audit({"--postgres", silent.url("postgres"), "--pgbouncer",
                         pooler.url("postgres", "pgbouncer"), "--sample", "10s", "--interval",
                         "100ms", "--timeout", "4s"});
    auto auditor = auditor_on(silent);
    ASSERT_TRUE(auditor.comes());
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(auditor.looks_again());
    silent.freeze();
    pooler.freeze();
    const auto answer = audit.end();
    silent.thaw();
    pooler.thaw();
    EXPECT_LT(deadline::clock::now() - begun, 30s);
    EXPECT_EQ(answer.code, 75);
    EXPECT_EQ(std::ranges::count(answer.errors, '\n'), 2) << answer.errors;
    for (const auto& each : json::parse(answer.output).at("servers").as_array())
        EXPECT_TRUE(each.at("lost").is_string());
}

TEST_F(AuditSample, EndsWithItsReportOnASignal) {
    for (const int each : {SIGINT, SIGTERM}) {
        running_audit audit({"--postgres", server().url("watch"), "--sample", "1h", "--interval",
                             "100ms", "--fail-on", "red"});
        auto auditor = auditor_on(server());
        ASSERT_TRUE(auditor.comes());
        EXPECT_TRUE(auditor.looks_again());
        audit.signal(each);
        const auto answer = audit.end();
        EXPECT_EQ(answer.code, 0) << answer.errors;
        const auto page = json::parse(answer.output).at("servers").at(0).as_object();
        EXPECT_GE(page.at("looks").to_number<int>(), 2);
        EXPECT_EQ(answer.errors, "") << "no progress where nobody watches";
        EXPECT_THAT(auditor.look(), SizeIs(0)) << "it has left";
    }
}

TEST_F(AuditSample, FailsAsItsPeaksSay) {
    running_audit audit({"--postgres", server().url("watch"), "--manifest", manifest(plan),
                         "--sample", "60s", "--interval", "100ms", "--fail-on", "amber"});
    auto auditor = auditor_on(server());
    ASSERT_TRUE(auditor.comes());
    {
        crowd people;
        people.join(3, server().url("app"), "web");
        EXPECT_TRUE(auditor.looks_again());
    }
    audit.signal(SIGINT);
    EXPECT_EQ(audit.end().code, 1);
}

/// What is left of a report when clocks and the number of looks are taken out of it.
json::object timeless(json::object page) {
    for (const auto* key : {"looks", "lists", "looked_from", "looked_until", "live_peak_at"}) {
        EXPECT_TRUE(page.contains(key)) << key;
        page.erase(key);
    }
    for (auto& each : page.at("peaks").as_array()) each.as_object().erase("at");
    for (auto& each : page.at("connections").as_array())
        for (const auto* key : {"oldest_s", "longest_in_state_s"}) each.as_object().erase(key);
    json::array steady;
    for (const auto& each : page.at("facts").as_array())
        if (each.at("name") != "numbackends" && each.at("name") != "used_memory" &&
            each.at("name") != "uptime_in_seconds")
            steady.push_back(each);
    page.at("facts") = std::move(steady);
    return page;
}

TEST_F(AuditSample, SaysOfAnIdleServerWhatASingleLookSays) {
    private_redis redis;
    private_pgbouncer pooler(server(), {{"stats_users", "postgres"}});
    crowd people;
    people.join(3, server().url("app"), "web");
    people.join(1, pooler.url("app", "postgres"), "web");
    testing::text_client client(redis.port());
    client.send("CLIENT SETNAME web\r\n");
    const strings targets{"--postgres", server().url("watch"),
                          "--redis",    redis.url(),
                          "--pgbouncer", pooler.url("postgres", "pgbouncer"),
                          "--manifest", manifest(plan)};
    auto sampled = targets;
    sampled.insert(sampled.end(), {"--sample", "1s", "--interval", "200ms"});
    report(targets);  // the pooler asks PostgreSQL for the role, once
    const auto once = report(targets).at("servers").as_array();
    const auto often = report(sampled).at("servers").as_array();
    ASSERT_EQ(once.size(), often.size());
    for (std::size_t i = 0; i < once.size(); ++i) {
        EXPECT_EQ(once[i].at("looks"), 1);
        EXPECT_GE(often[i].at("looks").to_number<int>(), 4);
        EXPECT_EQ(json::serialize(timeless(once[i].as_object())),
                  json::serialize(timeless(often[i].as_object())));
    }
}

TEST_F(AuditSample, KeepsOneConnectionToAServerWithTwoAddresses) {
    running_audit audit({"--postgres", server().url("watch"), "--postgres",
                         server().url("watch", "template1"), "--sample", "60s", "--interval",
                         "100ms"});
    auto auditor = auditor_on(server());
    ASSERT_TRUE(auditor.comes());
    for (int i = 0; i < 5; ++i) EXPECT_TRUE(auditor.looks_again());
    EXPECT_THAT(auditor.look(), SizeIs(1));
    audit.signal(SIGINT);
    const auto pages = audit.pages();
    EXPECT_GT(pages.at(0).at("looks").to_number<int>(), 5);
    EXPECT_EQ(pages.at(1).at("looks"), 1);
    EXPECT_THAT(ids(pages.at(1).as_object()), Contains("HR-SAMPLED-ONCE"));
}

TEST_F(AuditSample, RefusesTimesBeyondItsBounds) {
    const std::vector<std::pair<strings, std::string>> wrong{
        {{"--sample", "999ms"}, "--sample: must be 1 s to 24 h"},
        {{"--sample", "25h"}, "--sample: must be 1 s to 24 h"},
        {{"--sample", "soon"}, "--sample: must be"},
        {{"--sample", "5s", "--interval", "99ms"}, "--interval: must be 100 ms to 1 h"},
        {{"--sample", "5h", "--interval", "2h"}, "--interval: must be 100 ms to 1 h"},
        {{"--sample", "5s", "--interval", "6s"}, "--interval: is longer than --sample"},
        {{"--interval", "1s"}, "--interval: only with --sample or --watch"},
        {{"--watch"}, "--watch: standard output is no terminal"},
        {{"--watch", "--json"}, "--watch: draws on a terminal"},
        {{"--watch", "--format", "json"}, "--watch: draws on a terminal"},
    };
    for (const auto& [arguments, what] : wrong) {
        auto all = arguments;
        all.insert(all.end(), {"--postgres", server().url("watch")});
        const auto answer = headroom_audit(all);
        EXPECT_EQ(answer.code, 64) << what;
        EXPECT_THAT(answer.errors, HasSubstr(what));
        EXPECT_EQ(std::ranges::count(answer.errors, '\n'), 1) << answer.errors;
    }
}

TEST_F(AuditSample, SamplesNothingWhereNobodyAnswers) {
    const auto begun = deadline::clock::now();
    const auto answer =
        headroom_audit({"--redis", "redis://127.0.0.1:1", "--sample", "1h"});
    EXPECT_EQ(answer.code, 75);
    EXPECT_LT(deadline::clock::now() - begun, 10s);
}

TEST_F(AuditSample, WritesPeaksAsATable) {
    const auto answer = headroom_audit(
        {"--postgres", server().url("watch"), "--sample", "1s", "--interval", "100ms"});
    for (const auto* each : {" looks from ", "of them at every client; most at once: 0 at "})
        EXPECT_THAT(answer.output, HasSubstr(each));
    const auto once = headroom_audit({"--postgres", server().url("watch")});
    EXPECT_THAT(once.output, Not(HasSubstr(" looks from ")));
    EXPECT_THAT(once.output, Not(HasSubstr("Peaks")));
}

}  // namespace
}  // namespace headroom::command
