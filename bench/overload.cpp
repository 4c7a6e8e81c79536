// bench/overload.cpp: what a server answers when ten times as much is asked as it can do.
//
// Behind the handler stand 8 units, each busy for 5 ms a request, one after the other: 1600 a
// second and no more. wrk asks on as many connections as the server lets in flight, which is its
// capacity, then on ten times as many, each of which asks again at once; what is beyond the bound
// waits its turn or is told 503. The same without a bound shows what it is for; the same with a
// handler that waits 2 ms and then keeps its core busy for 50 us shows what refusals take from
// answers, with a queue and without. Clients that wait for no more than 100 ms, where 200 are to be
// waited for, show what it is good for to know how long the units take: what was begun for those
// who have left is lost. Times are the server's own, of what was answered 200.
// `--rounds N`, `--ms N` a measurement, `--json`.
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
#include "headroom/runtime/backlog.hpp"

using namespace headroom;

namespace {

constexpr std::chrono::milliseconds unit_busy_ms{5}, away_ms{2};
constexpr std::chrono::microseconds core_busy_us{50};
constexpr std::chrono::milliseconds look_each{100};
constexpr unsigned units = 8;
constexpr unsigned in_flight = 32, unbounded = 10'000, asking = 10 * in_flight;

struct overload_arguments {
    unsigned rounds = 3;
    std::chrono::milliseconds each{3'000};
    bool json = false;
};

/// One reactor's own: who comes has the unit that is free first, and the unit does its work whether
/// somebody waits for it or not.
class units_behind final : public http::pressure {
public:
    task<void> work() {
        auto& first = *std::ranges::min_element(free_at_);
        first = std::max(first, deadline::clock::now()) + unit_busy_ms;
        ++begun_;
        co_await sleep_until(deadline(first));
    }

    bool stands() const noexcept override {
        look();
        return backlog_.stands();
    }
    std::optional<http::problem> refuse(const http::request& of,
                                        deadline::clock::time_point now) override {
        if (!backlog_.refuse(now, of.until)) return std::nullopt;
        return http::problem{503, "The units would not be done in time."};
    }

private:
    void look() const {
        const auto now = deadline::clock::now();
        if (now < next_look_) return;
        next_look_ = now + look_each;
        std::uint64_t ahead = 0;
        for (const auto& each : free_at_)
            if (each > now) ahead += 1 + static_cast<std::uint64_t>((each - now) / unit_busy_ms);
        backlog_.observe({ahead, begun_ - std::min(begun_, ahead)}, now);
    }

    std::array<deadline::clock::time_point, units> free_at_{};
    std::uint64_t begun_ = 0;
    mutable backlog backlog_;
    mutable deadline::clock::time_point next_look_{};
};

enum class work { behind, on_a_core };

task<void> work_on_a_core() {
    co_await sleep_until(deadline::after(away_ms));
    const auto until = deadline::clock::now() + core_busy_us;
    while (deadline::clock::now() < until) {
    }
}

struct outcome {
    double good_per_s = 0, p99_ms = 0;
};

class overloaded {
public:
    explicit overloaded(unsigned in_flight_max, work of = work::behind,
                        unsigned queue_max = http::settings().queue_max, bool sheds = false)
        : serving_(1, settings(in_flight_max, queue_max), routes(of),
                   [this](const http::access_record& of) { note(of); },
                   sheds ? &behind_ : nullptr) {}

    outcome under(unsigned connections, std::chrono::milliseconds time,
                  std::vector<std::string> options = {}) {
        clear();
        const auto seen = bench::drive(
            serving_.port(), {.threads = 1, .connections = connections,
                              .ms = static_cast<unsigned>(time.count()),
                              .options = std::move(options)});
        std::scoped_lock lock(mutex_);
        if (took_ms_.empty()) return {};
        std::ranges::sort(took_ms_);
        return {static_cast<double>(took_ms_.size()) / seen.seconds,
                took_ms_[took_ms_.size() * 99 / 100]};
    }

private:
    static http::settings settings(unsigned in_flight_max, unsigned queue_max) {
        http::settings out;
        out.queue_max = queue_max;
        out.connections_max = 2 * asking;
        out.in_flight_max = in_flight_max;
        return out;
    }
    http::router routes(work of) {
        http::router out;
        out.get("/", [this, of](http::request&) -> task<http::response> {
            if (of == work::behind) co_await behind_.work();
            else co_await work_on_a_core();
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

using figures = std::map<std::string, std::vector<double>>;

void measure_refusals(const overload_arguments& with, figures& seen) {
    for (const auto& [name, queue] : {std::pair{"core", http::settings().queue_max},
                                      std::pair{"core_without_queue", 0U}}) {
        overloaded busy(in_flight, work::on_a_core, queue);
        const auto calm = busy.under(in_flight, with.each);
        const auto storm = busy.under(asking, with.each);
        seen[fmt::format("{}_share_of_capacity", name)].push_back(storm.good_per_s /
                                                                  calm.good_per_s);
        seen[fmt::format("{}_p99_ms", name)].push_back(storm.p99_ms);
    }
}

/// Bounded, with and without looking at the units; then clients that do not wait as long as all of
/// those let in would take.
void measure_shedding(const overload_arguments& with, figures& seen) {
    const std::vector<std::string> impatient{"-H", "Request-Timeout: 0.1"};
    overloaded bounded(in_flight, work::behind, http::settings().queue_max, true);
    const auto calm = bounded.under(in_flight, with.each);
    const auto storm = bounded.under(asking, with.each);
    seen["shedding_overload_good_per_s"].push_back(storm.good_per_s);
    seen["shedding_overload_p99_ms"].push_back(storm.p99_ms);
    seen["shedding_share_of_capacity"].push_back(storm.good_per_s / calm.good_per_s);
    for (const bool sheds : {false, true}) {
        overloaded open(unbounded, work::behind, 0, sheds);
        const auto left = open.under(asking, 2 * with.each, impatient);
        seen[sheds ? "impatient_shedding_good_per_s" : "impatient_good_per_s"].push_back(
            left.good_per_s);
    }
}

void run(const overload_arguments& with) {
    figures seen;
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
        measure_refusals(with, seen);
        measure_shedding(with, seen);
    }
    bench::print("overload", bench::medians(seen), with.json);
}

}  // namespace

int main(int argc, char** argv) {
    const auto with = bench::read_arguments<overload_arguments>(argc, argv);
    return bench::run_bench("overload", [&] { run(with); });
}
