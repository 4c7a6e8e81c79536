// bench/append.cpp: what the event store appends, beside pgbench in the same run.
//
//     bench_append [--json] [--rounds N] [--ms N]
//
// Two private PostgreSQL servers on tmpfs: one whose log is flushed at once, and one whose flush
// takes 2 ms, as network storage does (slow_flush.c). Every round measures each contestant once, in
// turn, on an empty table, while somebody listens for NOTIFY; the figures are medians.
#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <map>

#include "bench/arguments.hpp"
#include "bench/figures.hpp"
#include "headroom/eventsourcing/schema.hpp"
#include "headroom/eventsourcing/store_process_fixture.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace {

using namespace headroom;
using namespace headroom::eventsourcing;
using wall = std::chrono::steady_clock;

constexpr unsigned few = 16, many = 512;  // callers
constexpr std::size_t state_bytes = 300;
constexpr const char* flush_us = "2000";
constexpr store_bounds singly{.batch_appends_max = 1};  // what coalescing is worth

struct bench_settings {
    bool json = false;
    unsigned rounds = 5;
    std::chrono::milliseconds each{2'000};
};

using server_ptr = std::unique_ptr<testing::private_postgres>;

server_ptr started_server() {
    auto made = std::make_unique<testing::private_postgres>(
        testing::postgres_options{.settings = {{"max_connections", "60"},
                                               {"fsync", "on"},
                                               {"synchronous_commit", "on"},
                                               {"shared_buffers", "256MB"},
                                               {"max_wal_size", "4GB"},
                                               {"checkpoint_timeout", "1h"}}});
    made->create_role("headroom_app");
    made->create_role("headroom_projector");
    made->sql(std::string(headroom::eventsourcing::schema().text));
    made->sql("grant update on headroom_events to headroom_app");  // what LOCK TABLE asks for
    return made;
}

/// The same with a flush of 2 ms.
server_ptr slow_server(const testing::temp_directory& in) {
    const auto library = in.file("slow_flush.so");
    const auto compiled = testing::run_program(
        {.arguments = {"cc", "-O2", "-shared", "-fPIC", "-o", library, HEADROOM_SLOW_FLUSH}});
    if (compiled.code != 0) throw std::runtime_error("cc: " + compiled.errors);
    testing::give_to(testing::server_user(), in.path());
    ::setenv("FLUSH_US", flush_us, 1);
    ::setenv("LD_PRELOAD", library.c_str(), 1);
    auto made = started_server();
    ::unsetenv("LD_PRELOAD");
    return made;
}

/// Somebody to wake up, as in a fleet.
class listener {
public:
    explicit listener(const testing::private_postgres& to)
        : pg_(PQconnectdb(to.url("headroom_app").c_str()), &PQfinish) {
        PQclear(PQexec(pg_.get(), fmt::format("LISTEN {}", events_channel).c_str()));
    }
    unsigned heard() {
        unsigned count = 0;
        PQconsumeInput(pg_.get());
        while (PGnotify* next = PQnotifies(pg_.get())) {
            PQfreemem(next);
            ++count;
        }
        return count;
    }

private:
    std::unique_ptr<PGconn, decltype(&PQfinish)> pg_;
};

struct measured {
    double appends_per_s = 0, transactions_per_s = 0, notifies_per_s = 0;
};

/// Callers that each await their own append of one event to a stream of its own.
measured append_for(const testing::private_postgres& server, unsigned callers,
                    std::chrono::milliseconds each, const store_bounds& bounds = {}) {
    server.sql("truncate headroom_events");
    listener others(server);
    store_process process(server.url("headroom_app"), bounds);
    process.store().start(store_process::soon());
    wall::duration took{};
    process.run([&]() -> task<void> {
        unsigned running = callers;
        const auto begun = wall::now(), end = begun + each;
        for (unsigned i = 0; i < callers; ++i)
            process.home().spawn([&]() -> task<void> {
                while (wall::now() < end) {
                    append_request what;
                    what.streams.push_back({new_uuid(), 0, {}});
                    what.streams[0].events.push_back(
                        {new_uuid(), "shop:Order.Placed", std::string(state_bytes, 'x')});
                    const auto done =
                        co_await process.store().append(std::move(what), store_process::soon());
                    if (!done) throw std::runtime_error("a conflict on a new stream");
                }
                --running;
            });
        while (running > 0) co_await sleep_until(deadline::after(std::chrono::milliseconds(1)));
        took = wall::now() - begun;
    });
    const auto seconds = std::chrono::duration<double>(took).count();
    const auto figures = process.store().figures();
    process.store().stop(store_process::soon());
    return {static_cast<double>(figures.appends) / seconds,
            static_cast<double>(figures.transactions) / seconds, others.heard() / seconds};
}

/// Transactions a second of pgbench with 16 clients.
double pgbench(const testing::private_postgres& server, const std::string& script,
               std::chrono::milliseconds each) {
    server.sql("truncate headroom_events");
    const testing::temp_directory in;
    in.write("script.sql", script);
    const auto seconds = std::max<std::int64_t>(1, each.count() / 1000);
    const auto ran = testing::run_program(
        {.arguments = {"/usr/lib/postgresql/15/bin/pgbench", "-n", "-M", "prepared", "-f",
                       in.file("script.sql"), "-c", std::to_string(few), "-j", "2", "-T",
                       std::to_string(seconds), "-h", server.socket_directory(), "-p",
                       std::to_string(server.port()), "-U", "headroom_app", "postgres"}});
    const auto at = ran.output.find("tps = ");
    if (at == std::string::npos) throw std::runtime_error("pgbench: " + ran.errors);
    return std::strtod(ran.output.c_str() + at + 6, nullptr);
}

// A colon would be a variable to pgbench.
std::string insert() {
    return fmt::format(
        "insert into headroom_events (originator_id, originator_version, topic, state) values "
        "(gen_random_uuid(), 1, 'shop.Order.Placed', '{}');\n",
        std::string(state_bytes, 'x'));
}

std::string locked_insert() {
    return "begin;\nlock table headroom_events in exclusive mode;\n" + insert() + "commit;\n";
}

using samples = std::map<std::string, std::vector<double>>;

void enter(samples& into, const std::string& name, const measured& of) {
    into[name + "_per_s"].push_back(of.appends_per_s);
    into[name + "_transactions_per_s"].push_back(of.transactions_per_s);
    into[name + "_notifies_per_s"].push_back(of.notifies_per_s);
}

}  // namespace

int main(int argc, char** argv) {
    const auto with = bench::read_arguments<bench_settings>(argc, argv);
    ::setenv("TMPDIR", "/dev/shm", 1);
    const testing::temp_directory in;
    const auto fast = started_server(), slow = slow_server(in);
    samples seen;
    for (unsigned round = 0; round < with.rounds; ++round) {
        seen["plain_insert_per_s"].push_back(pgbench(*fast, insert(), with.each));
        enter(seen, "append_16", append_for(*fast, few, with.each));
        enter(seen, "append_512", append_for(*fast, many, with.each));
        enter(seen, "singly_16", append_for(*fast, few, with.each, singly));
        seen["slow_plain_insert_per_s"].push_back(pgbench(*slow, insert(), with.each));
        seen["slow_lock_table_per_s"].push_back(pgbench(*slow, locked_insert(), with.each));
        enter(seen, "slow_append_16", append_for(*slow, few, with.each));
        enter(seen, "slow_append_512", append_for(*slow, many, with.each));
    }
    auto figures = bench::medians(seen);
    const auto ratio = [&](const char* name, const char* a, const char* b) {
        figures[name] = figures[a] / figures[b];
    };
    ratio("ratio_append_16_to_plain", "append_16_per_s", "plain_insert_per_s");
    ratio("ratio_singly_16_to_plain", "singly_16_per_s", "plain_insert_per_s");
    ratio("ratio_slow_append_16_to_plain", "slow_append_16_per_s", "slow_plain_insert_per_s");
    ratio("ratio_slow_append_16_to_lock", "slow_append_16_per_s", "slow_lock_table_per_s");
    bench::print("append", figures, with.json);
}
