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
#include <map>
#include <mutex>
#include <string>

#include "bench/arguments.hpp"
#include "bench/figures.hpp"
#include "headroom/http/server.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/run.hpp"

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
        : with_(settings(in_flight_max)),
          serving_({&home_}, with_, routes(), {take(0), take(1), take(2)},
                   [this](const http::access_record& of) { note(of); }) {
        serving_.start(deadline::after(std::chrono::seconds(1)));
    }

    outcome under(unsigned connections, std::chrono::milliseconds time) {
        clear();
        const auto seconds = std::max<long long>(1, time.count() / 1000);
        const auto ran = testing::run_program(
            {.arguments = {"wrk", "-t", "1", "-c", std::to_string(connections), "-d",
                           fmt::format("{}s", seconds),
                           fmt::format("http://127.0.0.1:{}/", serving_.port())}});
        std::scoped_lock lock(mutex_);
        if (took_ms_.empty()) throw std::runtime_error("wrk said: " + ran.output);
        std::ranges::sort(took_ms_);
        return {static_cast<double>(took_ms_.size()) / static_cast<double>(seconds),
                took_ms_[took_ms_.size() * 99 / 100]};
    }

private:
    static http::settings settings(unsigned in_flight_max) {
        http::settings out;
        out.listen = "127.0.0.1:0";
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
    budget::grant take(std::size_t which) {
        const auto row = http::consumers(with_)[which];
        return files_.open({row.name, static_cast<unsigned>(*row.pool), 0}).value();
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

    const http::settings with_;
    budget::ledger files_{"files", 3 * asking};
    std::mutex mutex_;
    std::vector<double> took_ms_;  // guarded by mutex_
    units_behind behind_;
    testing::test_reactor home_;
    http::server serving_;
};

}  // namespace

int main(int argc, char** argv) {
    const auto with = bench::read_arguments<overload_arguments>(argc, argv);
    std::map<std::string, std::vector<double>> seen;
    for (unsigned round = 0; round < with.rounds; ++round) {
        overloaded bounded(in_flight), open(unbounded);
        const auto calm = bounded.under(in_flight, with.each);
        const auto storm = bounded.under(asking, with.each);
        const auto queued = open.under(asking, with.each);
        seen["capacity_per_s"].push_back(calm.good_per_s);
        seen["capacity_p99_ms"].push_back(calm.p99_ms);
        seen["overload_good_per_s"].push_back(storm.good_per_s);
        seen["overload_p99_ms"].push_back(storm.p99_ms);
        seen["overload_share_of_capacity"].push_back(storm.good_per_s / calm.good_per_s);
        seen["without_bound_good_per_s"].push_back(queued.good_per_s);
        seen["without_bound_p99_ms"].push_back(queued.p99_ms);
    }
    std::map<std::string, double> told;
    for (const auto& [name, values] : seen) told[name] = bench::median(values);
    bench::print("overload", told, with.json);
}
