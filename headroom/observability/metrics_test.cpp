#include "headroom/observability/metrics.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "headroom/observability/budget_metrics.hpp"
#include "headroom/observability/pool_metrics.hpp"
#include "headroom/observability/process_metrics.hpp"

namespace headroom::observability {
namespace {

bool has(const std::string& text, const std::string& line) {
    return ("\n" + text).find("\n" + line + "\n") != std::string::npos;
}

double value_of(const std::string& text, const std::string& series) {
    const auto at = ("\n" + text).find("\n" + series + " ");
    return at == std::string::npos ? -1 : std::stod(text.substr(at + series.size() + 1));
}

TEST(MetricRules, AcceptGoodNames) {
    EXPECT_EQ(check_metric_name("http_requests_total", metric_kind::counter), "");
    EXPECT_EQ(check_metric_name("http_server_request_duration_seconds", metric_kind::histogram),
              "");
    EXPECT_EQ(check_metric_name("headroom_budget_held", metric_kind::gauge), "");
    EXPECT_EQ(check_label_name("consumer"), "");
}

TEST(MetricRules, RefuseEachBadHabit) {
    for (const auto* each :
         {"", "camelCase", "a-b", "1a", "a_", "held_total", "held_count", "held_sum", "held_bucket",
          "wait_ms", "wait_milliseconds", "size_kb", "used_percent", "pool_gauge", "uptime_hours"})
        EXPECT_NE(check_metric_name(each, metric_kind::gauge), "") << each;
    EXPECT_NE(check_metric_name("requests", metric_kind::counter), "");
    EXPECT_NE(check_metric_name("wait_seconds_total", metric_kind::histogram), "");
}

TEST(MetricRules, RefuseLabelsWithoutABound) {
    for (const auto* each : {"tenant", "tenant_id", "path", "user_id", "request_id", "le", "Label"})
        EXPECT_NE(check_label_name(each), "") << each;
}

TEST(Metrics, AreWrittenAsText) {
    metrics all;
    auto requests = all.count("requests_total", "Requests.", {{"method", "GET"}});
    requests.add();
    requests.add(2);
    all.measure("open_things", "Things.").set(7);
    auto took = all.distribute("took_seconds", "Time.", {0.1, 1});
    took.observe(std::chrono::milliseconds(50));
    took.observe(0.5);
    const auto text = all.text();
    EXPECT_TRUE(has(text, "# HELP open_things Things."));
    EXPECT_TRUE(has(text, "# TYPE requests_total counter"));
    EXPECT_TRUE(has(text, "requests_total{method=\"GET\"} 3"));
    EXPECT_TRUE(has(text, "open_things 7"));
    EXPECT_TRUE(has(text, "took_seconds_bucket{le=\"0.1\"} 1"));
    EXPECT_TRUE(has(text, "took_seconds_bucket{le=\"+Inf\"} 2"));
    EXPECT_LT(text.find("open_things"), text.find("requests_total"));
}

TEST(Metrics, AreOneSeriesForOneNameAndLabels) {
    metrics all;
    all.count("a_total", "A.").add();
    all.count("a_total", "A.").add();
    EXPECT_TRUE(has(all.text(), "a_total 2"));
}

TEST(Metrics, RefreshBeforeEachScrape) {
    metrics all;
    int scrapes = 0;
    all.before_scrape([&] { all.measure("scrapes", "Scrapes.").set(++scrapes); });
    all.text();
    EXPECT_TRUE(has(all.text(), "scrapes 2"));
}

TEST(Metrics, GrowToATotalThatIsKeptElsewhere) {
    metrics all;
    auto denied = all.count("denied_total", "Denied.");
    denied.grow_to(5);
    denied.grow_to(3);
    denied.grow_to(8);
    EXPECT_TRUE(has(all.text(), "denied_total 8"));
}

TEST(MetricsDeathTest, RefuseWhatBreaksARule) {
    metrics all;
    EXPECT_DEATH(all.measure("wait_ms", "Wait."), "use seconds for ms");
    EXPECT_DEATH(all.measure("held", ""), "says what it means");
    EXPECT_DEATH(all.measure("held", "Held.", {{"tenant", "x"}}), "has no bound");
    EXPECT_DEATH(all.distribute("took_seconds", "T.", {2, 1}), "is_sorted");
}

TEST(MetricsDeathTest, RefuseSeriesWithoutEnd) {
    metrics all;
    EXPECT_DEATH(for (std::size_t i = 0; i <= series_max; ++i)
                     all.measure("held", "Held.", {{"consumer", std::to_string(i)}}),
                 "too many series");
}

budget::consumer claimant(std::string name, unsigned pool) {
    budget::consumer made;
    made.name = std::move(name);
    made.package = "test";
    made.resource = "postgres";
    made.pool = pool;
    made.overflow = {budget::overflow_kind::shared, 0};
    return made;
}

TEST(BudgetMetrics, ShowWhatTheLedgersHold) {
    budget::book book;
    book.declare(budget::resource{"postgres", {}, 0, 1});
    const auto lanes = book.declare(claimant("test.lanes", 2));
    auto grant = book.take(lanes).value();
    auto one = grant.take().value();
    auto two = grant.take().value();
    auto borrowed = grant.take().value();
    EXPECT_FALSE(grant.take());
    borrowed.begin_closing();

    metrics all;
    budget_metrics shown(all, book);
    shown.learn("postgres", 100, 97);
    const auto text = all.text();
    const std::string of = "{consumer=\"test.lanes\",resource=\"postgres\"}";
    EXPECT_EQ(value_of(text, "headroom_budget_limit{resource=\"postgres\"}"), 100);
    EXPECT_EQ(value_of(text, "headroom_budget_usable{resource=\"postgres\"}"), 97);
    EXPECT_EQ(value_of(text, "headroom_budget_ceiling{resource=\"postgres\"}"), 3);
    EXPECT_EQ(value_of(text, "headroom_budget_resource_headroom_ratio{resource=\"postgres\"}"), 0);
    EXPECT_EQ(value_of(text, "headroom_budget_floor" + of), 2);
    EXPECT_EQ(value_of(text, "headroom_budget_held" + of), 3);
    EXPECT_EQ(value_of(text, "headroom_budget_closing" + of), 1);
    EXPECT_EQ(value_of(text, "headroom_budget_borrowed" + of), 1);
    EXPECT_EQ(value_of(text, "headroom_budget_waiting" + of), 0);
    EXPECT_EQ(value_of(text, "headroom_budget_denied_total" + of), 1);
}

TEST(PoolMetrics, SpeakOfConnectionsAsOpenTelemetryDoes) {
    metrics all;
    pool_metrics pool(all, "persistence.sessions");
    pool_reading now;
    now.idle = 1;
    now.used = 2;
    now.max = 5;
    now.pending = 4;
    now.timeouts = 3;
    now.wait.add(std::chrono::milliseconds(500));
    pool.show(now);
    now.wait.add(std::chrono::milliseconds(1000));
    pool.show(now);
    const auto text = all.text();
    const std::string of = "{pool_name=\"persistence.sessions\"";
    EXPECT_EQ(value_of(text, "db_client_connections" + of + ",state=\"idle\"}"), 1);
    EXPECT_EQ(value_of(text, "db_client_connections" + of + ",state=\"used\"}"), 2);
    EXPECT_EQ(value_of(text, "db_client_connection_max" + of + "}"), 5);
    EXPECT_EQ(value_of(text, "db_client_connection_pending_requests" + of + "}"), 4);
    EXPECT_EQ(value_of(text, "db_client_connection_timeouts_total" + of + "}"), 3);
    const std::string wait = "db_client_connection_wait_time_seconds";
    EXPECT_EQ(value_of(text, wait + "_sum" + of + "}"), 1.5);
    EXPECT_EQ(value_of(text, wait + "_count" + of + "}"), 2);
    EXPECT_EQ(value_of(text, wait + "_bucket" + of + ",le=\"0.25\"}"), 0);
    EXPECT_EQ(value_of(text, wait + "_bucket" + of + ",le=\"0.5\"}"), 1) << "a bound is within";
}

TEST(ProcessMetrics, CountTheProcessItself) {
    const auto now = read_process_figures();
    EXPECT_GE(now.threads.value(), 1U);
    EXPECT_GE(now.open_files.value(), 3U);
    EXPECT_GT(now.open_files_max.value(), now.open_files.value());
    EXPECT_GT(now.resident_bytes.value(), 1U << 20);
    EXPECT_GT(now.start_unix_seconds.value(), 1.7e9);
    metrics all;
    add_process_metrics(all);
    const auto text = all.text();
    EXPECT_EQ(value_of(text, "process_threads"), static_cast<double>(*now.threads));
    EXPECT_GE(value_of(text, "process_cpu_seconds_total"), 0);
}

// Prometheus' own client library reads what a server of it would scrape.
TEST(Exposition, IsReadByPrometheusOwnParser) {
    metrics all;
    budget::book book;
    book.declare(budget::resource{"postgres", {}, 0, 1});
    auto grant = book.take(book.declare(claimant("test.lanes", 2))).value();
    budget_metrics shown(all, book);
    shown.learn("postgres", 100, 97);
    pool_metrics pool(all, "persistence.sessions");
    pool.show({});
    add_process_metrics(all);
    const auto text = all.text();
    FILE* parser = ::popen(
        "/usr/bin/python3 -c 'import sys; from prometheus_client.parser import *; "
        "sys.exit(sum(len(each.samples) for each in "
        "text_fd_to_metric_families(sys.stdin)) < 10)'",
        "w");
    ASSERT_NE(parser, nullptr);
    std::fwrite(text.data(), 1, text.size(), parser);
    EXPECT_EQ(::pclose(parser), 0);
}

}  // namespace
}  // namespace headroom::observability
