// bench/overload.cpp: what a server answers when ten times as much is asked as it can do.
//
// Behind the handler stand 8 units, each busy for 5 ms a request, one after the other: 1600 a
// second and no more. wrk asks on as many connections as the server lets in flight, which is its
// capacity, then on ten times as many, each of which asks again at once; what is beyond the bound
// is told 503. The same without a bound shows what it is for. Times are the server's own, of what
// was answered 200. `--rounds N`, `--ms N` a measurement, `--json`.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <map>
#include <mutex>
#include <stdexcept>
#include <string>
#include <vector>

#include "bench/arguments.hpp"
#include "bench/figures.hpp"
#include "bench/http_ours.hpp"
#include "bench/wrk.hpp"

using namespace headroom;

namespace {

constexpr std::chrono::milliseconds unit_busy_ms{5};
constexpr unsigned units = 8;
constexpr unsigned in_flight = 32, unbounded = 10'000, asking = 10 * in_flight;

struct overload_arguments {
    unsigned rounds = 3;
    std::chrono::milliseconds each{3'000};
    bool json = false;
};

/// One reactor's own: who comes has the unit that is free first.
class units_behind {
public:
    task<void> work() {
        auto& first = *std::ranges::min_element(free_at_);
        first = std::max(first, deadline::clock::now()) + unit_busy_ms;
        co_await sleep_until(deadline(first));
    }

private:
    std::array<deadline::clock::time_point, units> free_at_{};
};

struct outcome {
    double good_per_s = 0, p99_ms = 0;
};

class overloaded {
public:
    explicit overloaded(unsigned in_flight_max)
        : serving_(1, settings(in_flight_max), routes(),
                   [this](const http::access_record& of) { note(of); }) {}

    outcome under(unsigned connections, std::chrono::milliseconds time) {
        clear();
        const auto seen = bench::drive(
            serving_.port(), {.threads = 1, .connections = connections,
                              .ms = static_cast<unsigned>(time.count())});
        std::scoped_lock lock(mutex_);
        if (took_ms_.empty()) throw std::runtime_error("wrk said: " + seen.text);
        std::ranges::sort(took_ms_);
        return {static_cast<double>(took_ms_.size()) / seen.seconds,
                took_ms_[took_ms_.size() * 99 / 100]};
    }

private:
    static http::settings settings(unsigned in_flight_max) {
        http::settings out;
        out.connections_max = 2 * asking;
        out.in_flight_max = in_flight_max;
        return out;
    }
    http::router routes() {
        http::router out;
        out.get("/", [this](http::request&) -> task<http::response> {
            co_await behind_.work();
            co_return http::response::json("{}");
        });
        return out;
    }
    void note(const http::access_record& of) {
        if (of.status != 200) return;
        std::scoped_lock lock(mutex_);
        took_ms_.push_back(std::chrono::duration<double, std::milli>(of.took).count());
    }
    void clear() {
        std::scoped_lock lock(mutex_);
        took_ms_.clear();
    }

    std::mutex mutex_;
    std::vector<double> took_ms_;  // guarded by mutex_
    units_behind behind_;
    bench::our_server serving_;
};

/// The most this process has had resident so far.
double resident_mib() {
    std::ifstream lines("/proc/self/status");
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("VmHWM:")) return std::stod(line.substr(6)) / 1024;
    return 0;
}

void run(const overload_arguments& with) {
    std::map<std::string, std::vector<double>> seen;
    for (unsigned round = 0; round < with.rounds; ++round) {
        overloaded bounded(in_flight), open(unbounded);
        const auto calm = bounded.under(in_flight, with.each);
        const auto storm = bounded.under(asking, with.each);
        seen["resident_mib"].push_back(resident_mib());
        const auto queued = open.under(asking, with.each);
        seen["capacity_per_s"].push_back(calm.good_per_s);
        seen["capacity_p99_ms"].push_back(calm.p99_ms);
        seen["overload_good_per_s"].push_back(storm.good_per_s);
        seen["overload_p99_ms"].push_back(storm.p99_ms);
        seen["overload_share_of_capacity"].push_back(storm.good_per_s / calm.good_per_s);
        seen["without_bound_good_per_s"].push_back(queued.good_per_s);
        seen["without_bound_p99_ms"].push_back(queued.p99_ms);
    }
    bench::print("overload", bench::medians(seen), with.json);
}

}  // namespace

int main(int argc, char** argv) {
    const auto with = bench::read_arguments<overload_arguments>(argc, argv);
    return bench::run_bench("overload", [&] { run(with); });
}
