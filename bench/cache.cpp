// bench/cache.cpp: what reading through the cache costs, beside redis-benchmark in the same run.
//
//     bench_cache [--json] [--rounds N] [--ms N]
//
// A private Redis, on a unix socket. Every round measures each contestant once, in turn; figures
// are medians over the rounds. Both sides keep 64 questions in flight on one connection:
// redis-benchmark a batch of 64 GETs at a time, ours 64 callers, each of whom waits for his own
// answer: GETs on the mux alone, and values read through a view of the cache. Reads of the local
// level go to no server.
#include <cstdlib>

#include "bench/arguments.hpp"
#include "bench/figures.hpp"
#include "headroom/persistence/cache/view.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/run.hpp"

namespace {

using namespace headroom;
using wall = std::chrono::steady_clock;

constexpr unsigned in_flight = 64, value_bytes = 186;
constexpr std::chrono::seconds patience{10};

struct bench_settings {
    bool json = false;
    unsigned rounds = 5;
    std::chrono::milliseconds each{2'000};
};

enum class contestant { mux, shared_level, local_level };

struct crowd {
    std::function<task<void>()> once;
    const wall::time_point end;
    unsigned running = in_flight;
    std::uint64_t done = 0;
    std::exception_ptr failed{};  // the first of them that did
};

task<void> keep_asking(crowd& all) {
    try {
        for (std::uint64_t i = 0; i % 64 != 0 || wall::now() < all.end; ++i, ++all.done)
            co_await all.once();
    } catch (...) {
        if (!all.failed) all.failed = std::current_exception();
    }
    --all.running;
}

task<void> require_value(task<std::shared_ptr<const std::string>> of) {
    const auto found = co_await std::move(of);
    if (!found || found->size() != value_bytes) throw std::runtime_error("the value is not there");
}

/// A process of its own: a reactor, a mux, a cache.
class process {
public:
    process(const testing::private_redis& server, contestant as)
        : through_(redis::parse_connect_info("unix://" + server.socket_file()).value()),
          shared_(home_, ledger_.open({"persistence.redis_shared", 1, 1}).value(), through_,
                  {.options = {.name = "bench"}}),
          levels_(shared_, terms(as)),
          values_(levels_, "text") {
        run([this]() -> task<void> {
            shared_.start();
            co_await shared_.up(deadline::after(patience));
        });
        levels_.start(deadline::after(patience));
    }
    ~process() {
        levels_.stop(deadline::after(patience));
        run([this] { return shared_.stop(deadline::after(patience)); });
    }
    process(const process&) = delete;
    process& operator=(const process&) = delete;

    /// Questions a second. Throws what a caller threw.
    double measure(contestant of, std::chrono::milliseconds each) {
        double rate = 0;
        run([&]() -> task<void> {
            (void)co_await values_.set("key", std::string(value_bytes, 'x'),
                                       deadline::after(patience));
            if (of == contestant::local_level) co_await require_value(get("key"));
            const auto start = wall::now();
            crowd all{asking(of), start + each};
            for (unsigned i = 0; i < in_flight; ++i)
                home_.spawn([&all] { return keep_asking(all); });
            while (all.running > 0)
                co_await sleep_until(deadline::after(std::chrono::milliseconds(1)));
            const std::chrono::duration<double> took = wall::now() - start;
            rate = static_cast<double>(all.done) / took.count();
            if (all.failed) std::rethrow_exception(all.failed);
        });
        return rate;
    }

private:
    static cache::settings terms(contestant as) {
        cache::settings with;
        with.prefix = "bench";
        with.values = {std::chrono::hours(1), std::chrono::hours(2)};
        with.local_kept = std::chrono::hours(1);
        if (as != contestant::local_level) with.local_bytes_max = 1;  // nothing is so small
        return with;
    }
    task<std::shared_ptr<const std::string>> get(const char* key) {
        return values_.get(key, deadline::after(patience));
    }
    std::function<task<void>()> asking(contestant of) {
        if (of == contestant::mux)
            return [this]() -> task<void> {
                (void)co_await shared_.run(redis::command("GET", "bench:text:key"),
                                           deadline::after(patience));
            };
        return [this] { return require_value(get("key")); };
    }
    void run(std::function<task<void>()> body) {
        testing::run_on(home_, std::move(body), std::chrono::minutes(2));
    }

    testing::test_reactor home_;
    budget::ledger ledger_{"redis", 2};
    redis::door through_;
    redis::mux shared_;
    cache::two_level levels_;
    cache::view<std::string> values_;
};

double measure(const testing::private_redis& server, contestant of,
               std::chrono::milliseconds each) {
    process one(server, of);
    return one.measure(of, each);
}

/// GETs a second by redis-benchmark, one connection and a pipeline of 64.
double measure_rival(const testing::private_redis& server, std::chrono::milliseconds each) {
    const testing::program rival{
        .arguments = {"redis-benchmark", "-s", server.socket_file(), "-c", "1", "-P",
                      std::to_string(in_flight), "-n", std::to_string(each.count() * 900), "--csv",
                      "GET", "bench:text:key"}};
    const auto ran = testing::run_program(rival);
    // "command","rps",...  and a line of figures, each in quotes.
    const auto line = ran.output.find('\n');
    const auto rps = line == std::string::npos ? line : ran.output.find("\",\"", line);
    if (ran.code != 0 || rps == std::string::npos)
        throw std::runtime_error(fmt::format("redis-benchmark ended with {}: {}{}", ran.code,
                                             ran.output, ran.errors));
    return std::strtod(ran.output.c_str() + rps + 3, nullptr);
}

void run(const bench_settings& with) {
    testing::private_redis server;
    bench::set_apart(server.pid());
    std::map<std::string, std::vector<double>> seen;
    for (unsigned round = 0; round < with.rounds; ++round) {
        seen["get_mux"].push_back(measure(server, contestant::mux, with.each));
        seen["get_redis_benchmark"].push_back(measure_rival(server, with.each));
        seen["read_redis"].push_back(measure(server, contestant::shared_level, with.each));
        seen["read_local"].push_back(measure(server, contestant::local_level, with.each));
    }
    auto figures = bench::medians(seen, "_per_s");
    const double rival = figures["get_redis_benchmark_per_s"];
    figures["ratio_get_mux"] = figures["get_mux_per_s"] / rival;
    figures["ratio_read_redis"] = figures["read_redis_per_s"] / rival;
    figures["ratio_read_local"] = figures["read_local_per_s"] / rival;
    bench::print("cache", figures, with.json);
}

}  // namespace

int main(int argc, char** argv) {
    const auto with = bench::read_arguments<bench_settings>(argc, argv);
    return bench::run_bench("cache", [&] { run(with); });
}
