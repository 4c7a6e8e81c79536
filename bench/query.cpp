// bench/query.cpp: what one pipelined connection carries, beside pgbench in the same run.
//
//     bench_query [--json] [--rounds N] [--ms N] [--only NAME]
//
// A private PostgreSQL on tmpfs. Every round measures each contestant once, in turn, so that a
// noisy machine is noisy for all; the figures are medians over the rounds. When a contestant fails
// there are no figures: one line on stderr says whose fault it was, and the exit code is 1.
#include <fmt/format.h>
#include <libpq-fe.h>
#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <fstream>
#include <map>
#include <thread>

#include "bench/arguments.hpp"
#include "bench/figures.hpp"
#include "headroom/persistence/door.hpp"
#include "headroom/persistence/lanes.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/run.hpp"

namespace {

using namespace headroom;
using namespace headroom::persistence;
using wall = std::chrono::steady_clock;

constexpr unsigned callers = 64, two_lanes = 2, tenants = 20'000;
constexpr unsigned blocking_pool = 20;  // connections, of a pool as applications size it
constexpr statement one{"select 1"};
constexpr statement of_tenant{"select value from setting where name = $1"};

enum class mode { sync_each, batch, tenant_scoped };

struct bench_settings {
    bool json = false;
    std::string only{};  // one contestant, for a profiler; empty: all
    unsigned rounds = 5;
    std::chrono::milliseconds each{2'000};
};

/// Lanes on a private ledger, as many as asked for.
class stage {
public:
    stage(const testing::private_postgres& server, reactor& home, unsigned count)
        : way_(parse_connect_info(server.url("bench")).value()), ledger_("postgres", count),
          lanes_({&home}, ledger_.open({"persistence.lanes", count, 0}).value(),
                 [this](connection& which, deadline until) { return way_.open(which, until); },
                 {.application_name = "bench/serve/00000001/persistence.lanes"}) {}

    lanes& operator*() noexcept { return lanes_; }
    static deadline soon() { return deadline::after(std::chrono::seconds(10)); }

private:
    door way_;
    budget::ledger ledger_;
    lanes lanes_;
};

task<void> ask(const lanes& on, mode how, const tenant_id& tenant) {
    const auto until = stage::soon();
    if (how == mode::sync_each) {
        co_await on.run(one, until);
    } else if (how == mode::batch) {
        co_await on.reads().run(one, until);
    } else {
        const auto seen = co_await on.one<std::string>(tenant, of_tenant, until, "colour");
        if (seen != tenant.text()) throw std::runtime_error("a foreign row");
    }
}

/// What the callers of one measurement share.
struct crowd {
    const lanes& on;
    const mode how;
    const wall::time_point end;
    unsigned running = callers;
    std::uint64_t done = 0;
    std::exception_ptr failed{};  // the first of them that did
};

task<void> keep_asking(crowd& all, unsigned caller) {
    const auto tenant = tenant_id::parse("t" + std::to_string(caller)).value();
    try {
        for (std::uint64_t i = 0; i % 64 != 0 || wall::now() < all.end; ++i, ++all.done)
            co_await ask(all.on, all.how, tenant);
    } catch (...) {
        if (!all.failed) all.failed = std::current_exception();
    }
    --all.running;
}

/// Statements a second of 64 callers. Throws what a caller threw.
double measure(const testing::private_postgres& server, mode how, unsigned connections,
               std::chrono::milliseconds each) {
    testing::test_reactor home;
    stage on(server, home, connections);
    double rate = 0;
    const auto body = [&]() -> task<void> {
        co_await (*on).start(stage::soon());
        const auto start = wall::now();
        crowd all{*on, how, start + each};
        for (unsigned caller = 0; caller < callers; ++caller)
            home.spawn([&all, caller] { return keep_asking(all, caller); });
        while (all.running > 0)
            co_await sleep_until(deadline::after(std::chrono::milliseconds(1)));
        const std::chrono::duration<double> took = wall::now() - start;
        rate = static_cast<double>(all.done) / took.count();
        co_await (*on).stop(stage::soon());
        if (all.failed) std::rethrow_exception(all.failed);
    };
    testing::run_on(home, body, each + std::chrono::seconds(30));
    return rate;
}

void ask_blocking(const testing::private_postgres& server, wall::time_point end,
                  std::atomic<std::uint64_t>& done, std::atomic<bool>& failed) {
    const std::unique_ptr<PGconn, decltype(&PQfinish)> pg(PQconnectdb(server.url("bench").c_str()),
                                                          &PQfinish);
    PQclear(PQprepare(pg.get(), "one", "select 1", 0, nullptr));
    while (!failed && wall::now() < end)
        for (int i = 0; i < 64; ++i, ++done) {
            auto* const answer = PQexecPrepared(pg.get(), "one", 0, nullptr, nullptr, nullptr, 1);
            if (PQresultStatus(answer) != PGRES_TUPLES_OK) failed = true;
            PQclear(answer);
        }
}

/// What a pool of blocking connections, a thread each, gets out of each of them.
double measure_blocking(const testing::private_postgres& server, std::chrono::milliseconds each) {
    std::atomic<std::uint64_t> done = 0;
    std::atomic<bool> failed = false;
    testing::thread_budget threads(blocking_pool);
    const auto start = wall::now();
    {
        std::vector<leased_thread> running;
        for (unsigned i = 0; i < blocking_pool; ++i)
            running.emplace_back(threads.one(), "blocking",
                                 [&] { ask_blocking(server, start + each, done, failed); });
    }
    if (failed) throw std::runtime_error("a blocking connection was not answered");
    const std::chrono::duration<double> took = wall::now() - start;
    return static_cast<double>(done) / took.count() / blocking_pool;
}

/// Statements a second of pgbench with 64 in flight on one connection.
double measure_pgbench(const testing::private_postgres& server, std::chrono::milliseconds each) {
    const testing::temp_directory in;
    const auto script = (in.path() / "pipeline.sql").string();
    std::ofstream out(script);
    out << "\\startpipeline\n";
    for (unsigned i = 0; i < callers; ++i) out << "select 1;\n";
    out << "\\endpipeline\n";
    out.close();
    const auto seconds = std::max<std::int64_t>(1, each.count() / 1000);
    const auto ran = testing::run_program(
        {.arguments = {"/usr/lib/postgresql/15/bin/pgbench", "-n", "-M", "prepared", "-f", script,
                       "-c", "1", "-j", "1", "-T", std::to_string(seconds), "-h",
                       server.socket_directory(), "-p", std::to_string(server.port()), "-U",
                       "bench", "postgres"}});
    const auto at = ran.output.find("tps = ");
    if (ran.code != 0 || at == std::string::npos)
        throw std::runtime_error(fmt::format("pgbench ended with {}: {}", ran.code, ran.errors));
    return std::strtod(ran.output.c_str() + at + 6, nullptr) * callers;
}

/// One connection uses one core on each side. Left alone, the scheduler sometimes puts both on the
/// same, and the figures come in pairs; so the backends started from here on get one core and the
/// clients another. Several connections may go where they like.
void place(const testing::private_postgres& server, bool one_connection) {
    const unsigned last = std::max(1u, std::thread::hardware_concurrency()) - 1;
    const bool apart = one_connection && last > 0;
    bench::allow(server.pid(), apart ? 1 : 0, apart ? 1 : last);
    bench::allow(0, 0, apart ? 0 : last);
}

void fill(const testing::private_postgres& server) {
    server.sql(fmt::format(
        "create table setting (tenant text, name text, value text, primary key (tenant, name));"
        "insert into setting select 't' || i, 'colour', 't' || i from generate_series(0, {}) i;"
        "alter table setting enable row level security;"
        "create policy own on setting using "
        "  (tenant = nullif(current_setting('app.current_tenant', true), ''));"
        "grant select on setting to bench; analyze setting",
        tenants));
}

bench_settings read(int argc, char** argv) {
    const auto more = [](bench_settings& with, std::string_view word, const char* value) {
        if (word == "--only") with.only = value;
    };
    return bench::read_arguments(argc, argv, bench_settings(), more);
}

struct contestant {
    std::string name;
    bool one_connection;
    std::function<double()> rate;  // statements a second
};

std::vector<contestant> contestants(const testing::private_postgres& server,
                                    std::chrono::milliseconds each) {
    const auto lane = [&server, each](mode how, unsigned connections) {
        return [&server, each, how, connections] {
            return measure(server, how, connections, each);
        };
    };
    return {{"pgbench_pipeline", true, [&server, each] { return measure_pgbench(server, each); }},
            {"sync_each", true, lane(mode::sync_each, 1)},
            {"batch", true, lane(mode::batch, 1)},
            {"tenant_scoped_two_lanes", false, lane(mode::tenant_scoped, two_lanes)},
            {"plain_two_lanes", false, lane(mode::sync_each, two_lanes)},
            {"blocking_pool_each", false,
             [&server, each] { return measure_blocking(server, each); }}};
}

void add_ratio(std::map<std::string, double>& to, const std::string& name, const std::string& a,
               const std::string& b) {
    const auto over = to.find(a + "_per_s"), under = to.find(b + "_per_s");
    if (over != to.end() && under != to.end()) to[name] = over->second / under->second;
}

// Names who failed: a bench that ends early must not look like one that was never run.
double rate_of(const contestant& who, unsigned round) {
    try {
        return who.rate();
    } catch (const std::exception& why) {
        throw std::runtime_error(fmt::format("{} failed in round {}: {}", who.name, round + 1,
                                             why.what()));
    }
}

void run(const bench_settings& with) {
    ::setenv("TMPDIR", "/dev/shm", 1);
    testing::private_postgres server({.settings = {{"max_connections", "40"}}});
    server.create_role("bench");
    fill(server);
    std::map<std::string, std::vector<double>> seen;
    const auto all = contestants(server, with.each);
    for (unsigned round = 0; round < with.rounds; ++round)
        for (const auto& who : all) {
            if (!with.only.empty() && who.name != with.only) continue;
            place(server, who.one_connection);
            seen[who.name].push_back(rate_of(who, round));
        }
    if (seen.empty()) throw std::runtime_error("there is no contestant called " + with.only);
    auto figures = bench::medians(seen, "_per_s");
    add_ratio(figures, "ratio_sync_each_to_pgbench", "sync_each", "pgbench_pipeline");
    add_ratio(figures, "ratio_batch_to_pgbench", "batch", "pgbench_pipeline");
    add_ratio(figures, "ratio_sync_each_to_blocking", "sync_each", "blocking_pool_each");
    add_ratio(figures, "ratio_tenant_scoped_to_plain", "tenant_scoped_two_lanes",
              "plain_two_lanes");
    bench::print("query", figures, with.json);
}

}  // namespace

int main(int argc, char** argv) {
    const auto with = read(argc, argv);
    return bench::run_bench("query", [&] { run(with); });
}
