#include "headroom/observability/metrics.hpp"

#include <fmt/format.h>
#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <boost/assert.hpp>
#include <set>

namespace headroom::observability {

struct metrics::body {
    prometheus::Registry registry;
    std::mutex admitting;
    std::set<std::pair<std::string, labels>> series;  // guarded by admitting
};

void counter::add(double amount) noexcept { to_->Increment(amount); }

void counter::grow_to(double total) noexcept {
    const auto before = to_->Value();
    if (total > before) to_->Increment(total - before);
}

void gauge::set(double value) noexcept { to_->Set(value); }

void gauge::add(double amount) noexcept { to_->Increment(amount); }

void histogram::observe(double value) noexcept { to_->Observe(value); }

void histogram::observe(std::chrono::nanoseconds took) noexcept {
    to_->Observe(std::chrono::duration<double>(took).count());
}

void histogram::grow(const duration_counts& before, const duration_counts& now) {
    std::vector<double> more;
    for (std::size_t i = 0; i < now.buckets.size(); ++i)
        more.push_back(static_cast<double>(now.buckets[i] - before.buckets[i]));
    to_->ObserveMultiple(more, std::chrono::duration<double>(now.sum - before.sum).count());
}

std::vector<double> duration_buckets() {
    std::vector<double> all;
    for (const auto each : duration_counts::bounds)
        all.push_back(std::chrono::duration<double>(each).count());
    return all;
}

metrics::metrics() : body_(std::make_unique<body>()) {}

metrics::~metrics() = default;

void metrics::admit(const std::string& name, const std::string& help, metric_kind kind,
                    const labels& with) {
    const auto wrong = check_metric_name(name, kind);
    BOOST_ASSERT_MSG(wrong.empty(), wrong.c_str());
    BOOST_ASSERT_MSG(!help.empty(), "a metric says what it means");
    for (const auto& [label, value] : with) {
        const auto no = check_label_name(label);
        BOOST_ASSERT_MSG(no.empty(), no.c_str());
    }
    std::scoped_lock lock(body_->admitting);
    body_->series.emplace(name, with);
    BOOST_ASSERT_MSG(body_->series.size() <= series_max, "too many series: a label has no bound");
}

counter metrics::count(const std::string& name, const std::string& help, const labels& with) {
    admit(name, help, metric_kind::counter, with);
    auto& family = prometheus::BuildCounter().Name(name).Help(help).Register(body_->registry);
    return counter(family.Add(with));
}

gauge metrics::measure(const std::string& name, const std::string& help, const labels& with) {
    admit(name, help, metric_kind::gauge, with);
    auto& family = prometheus::BuildGauge().Name(name).Help(help).Register(body_->registry);
    return gauge(family.Add(with));
}

histogram metrics::distribute(const std::string& name, const std::string& help,
                              const std::vector<double>& buckets, const labels& with) {
    BOOST_ASSERT(!buckets.empty() && buckets.size() <= buckets_max);
    BOOST_ASSERT(std::ranges::is_sorted(buckets, std::less_equal<>()));
    admit(name, help, metric_kind::histogram, with);
    auto& family = prometheus::BuildHistogram().Name(name).Help(help).Register(body_->registry);
    return histogram(family.Add(with, buckets));
}

void metrics::before_scrape(std::function<void()> refresh) {
    std::scoped_lock lock(scraping_);
    refreshers_.push_back(std::move(refresh));
}

std::string metrics::text() {
    std::scoped_lock lock(scraping_);
    for (const auto& refresh : refreshers_) refresh();
    auto families = body_->registry.Collect();
    std::ranges::sort(families, {}, &prometheus::MetricFamily::name);
    return prometheus::TextSerializer().Serialize(families);
}

}  // namespace headroom::observability
