// observability/metrics.hpp: what a process counts, and the text in which Prometheus reads it.
//
// Ask for a metric once, at start, and keep the reference: counting then costs nanoseconds, asking
// hundreds of them. References are valid as long as the registry. Thread-safe; text() walks every
// series and belongs on the system pool, not on a reactor.
#pragma once
#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/observability/duration_counts.hpp"
#include "headroom/observability/metric_rules.hpp"

namespace prometheus {
class Counter;
class Gauge;
class Histogram;
}  // namespace prometheus

namespace headroom::observability {

inline constexpr std::size_t series_max = 4096;  ///< one more is a broken program
inline constexpr std::size_t buckets_max = 64;

using labels = std::map<std::string, std::string>;

/// Only ever grows.
class counter {
public:
    explicit counter(prometheus::Counter& to) noexcept : to_(&to) {}
    void add(double amount = 1) noexcept;
    /// For a count that is kept elsewhere: grows to `total`, never shrinks. One caller at a time.
    void grow_to(double total) noexcept;

private:
    prometheus::Counter* to_;
};

class gauge {
public:
    explicit gauge(prometheus::Gauge& to) noexcept : to_(&to) {}
    void set(double value) noexcept;
    void add(double amount) noexcept;

private:
    prometheus::Gauge* to_;
};

class histogram {
public:
    explicit histogram(prometheus::Histogram& to) noexcept : to_(&to) {}
    void observe(double value) noexcept;
    /// In seconds, the base unit.
    void observe(std::chrono::nanoseconds took) noexcept;
    /// For durations that are counted elsewhere: adds what came in since `before`. Requires a
    /// histogram of duration_buckets().
    void grow(const duration_counts& before, const duration_counts& now);

private:
    prometheus::Histogram* to_;
};

/// The bounds of duration_counts in seconds.
std::vector<double> duration_buckets();

class metrics {
public:
    metrics();
    ~metrics();
    metrics(const metrics&) = delete;
    metrics& operator=(const metrics&) = delete;

    /// Asserts the rules of metric_rules.hpp, a help text, and series_max. The same name with the
    /// same labels is the same series.
    counter count(const std::string& name, const std::string& help, const labels& with = {});
    gauge measure(const std::string& name, const std::string& help, const labels& with = {});
    /// `buckets`: increasing upper bounds, at most buckets_max.
    histogram distribute(const std::string& name, const std::string& help,
                         const std::vector<double>& buckets, const labels& with = {});

    /// Called by text() before it collects, one after the other: refreshes gauges whose truth is
    /// kept elsewhere. What it refers to must outlive the last text().
    void before_scrape(std::function<void()> refresh);

    /// Text exposition format 0.0.4, families in the order of their names.
    std::string text();
    static constexpr std::string_view content_type = "text/plain; version=0.0.4; charset=utf-8";

private:
    void admit(const std::string& name, const std::string& help, metric_kind kind,
               const labels& with);

    struct body;
    std::unique_ptr<body> body_;
    std::mutex scraping_;
    std::vector<std::function<void()>> refreshers_;  // guarded by scraping_
};

}  // namespace headroom::observability
