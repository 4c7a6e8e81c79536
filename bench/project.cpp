// bench/project.cpp: how fast projections catch up, and how soon an event is visible.
//
//     bench_project [--json] [--rounds N] [--events N] [--ms N]
//
// A private PostgreSQL on tmpfs that flushes its log. Four projections with one upsert an event
// catch up with a filled store: once when each wants a quarter of the events, as the parts of a
// service do, and once when each wants all. Then events are appended at 5,000 a second, and for
// each it is measured how long until its projection's read model shows it: from the call, and from
// the moment its append was answered. Last, the most backends the server ever showed while 4,
// 16 and 64 projections caught up and followed. Medians over the rounds.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <string_view>

#include "bench/arguments.hpp"
#include "bench/figures.hpp"
#include "headroom/eventsourcing/projections_fixture.hpp"
#include "headroom/eventsourcing/schema.hpp"

namespace {

using namespace headroom;
using namespace headroom::eventsourcing;
using wall = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr int runners = 4, streams = 1'000;
constexpr unsigned a_millisecond = 5;  // events

struct bench_settings {
    bool json = false;
    unsigned rounds = 3;
    long events = 200'000;
    milliseconds each{4'000};
};

std::string topic_of(int number) { return fmt::format("shop:Order.Kind{}", number); }

/// One upsert an event, of the topic it is named after, or of all.
class upserting final : public projection {
public:
    explicit upserting(int number, bool all)
        : name_(fmt::format("bench.p{}", number)), topic_(topic_of(number)), all_(all) {}
    std::string_view name() const noexcept override { return name_; }
    bool wants(std::string_view topic) const noexcept override { return all_ || topic == topic_; }
    void apply(const recorded_event& from, effects& to) override {
        to.run(upsert, name_, from.stream, from.version, from.recorded_at);
    }
    void clear(effects& to) override { to.run(empty, name_); }

private:
    static constexpr persistence::statement upsert{
        "insert into seen (projection, stream, version, at) values ($1, $2, $3, $4)"
        " on conflict (projection, stream) do update set version = excluded.version,"
        " at = excluded.at"};
    static constexpr persistence::statement empty{"delete from seen where projection = $1"};
    const std::string name_, topic_;
    const bool all_;
};

std::vector<std::unique_ptr<projection>> several(int count, bool all) {
    std::vector<std::unique_ptr<projection>> made;
    for (int i = 0; i < count; ++i) made.push_back(std::make_unique<upserting>(i, all));
    return made;
}

class stage {
public:
    stage()
        : server_({.settings = {{"max_connections", "60"}, {"fsync", "on"},
                                {"synchronous_commit", "on"}, {"shared_buffers", "256MB"},
                                {"max_wal_size", "4GB"}, {"checkpoint_timeout", "1h"}}}) {
        for (const auto* role : {"headroom_app", "headroom_projector", "projector"})
            server_.create_role(role);
        server_.sql("grant headroom_projector to projector");
        server_.sql(std::string(headroom::eventsourcing::schema().text));
        server_.sql("create table seen (projection text, stream uuid, version int8, at timestamptz,"
                    " primary key (projection, stream)) with (fillfactor = 50);"
                    "grant select, insert, update, delete on seen to headroom_projector");
    }
    /// So many events of 300 bytes, of four topics in turn.
    void fill(long events) const {
        server_.sql(fmt::format(
            "truncate headroom_events, headroom_checkpoints, seen restart identity;"
            "insert into headroom_events (originator_id, originator_version, topic, state)"
            " select ('00000000-0000-0000-0000-' || lpad((i % {0})::text, 12, '0'))::uuid,"
            " i / {0} + 1, 'shop:Order.Kind' || (i % {1}), convert_to(repeat('x', 300), 'UTF8')"
            " from generate_series(0, {2} - 1) i",
            streams, runners, events));
        server_.sql("vacuum analyze headroom_events");  // alone: not within a transaction
    }
    std::unique_ptr<projector_process> process(bool all, int count = runners) const {
        projection_bounds within;
        within.runners_max = static_cast<unsigned>(count);
        return std::make_unique<projector_process>(
            server_.url("headroom_app"), server_.url("projector"), several(count, all), within);
    }
    std::size_t backends() const { return server_.backends().size(); }

private:
    headroom::testing::private_postgres server_;
};

task<void> taken_by_all(projections& by, log_position last) {
    if (!co_await by.wait_for_all(last, deadline::after(std::chrono::minutes(2))))
        throw std::runtime_error("the projections did not catch up in two minutes");
}

/// Events of the store a second, of four projections together.
double catch_up(const stage& on, bool all, long events) {
    on.fill(events);
    const auto process = on.process(all);
    const auto begun = wall::now();
    process->start();
    process->run([&] { return taken_by_all(process->all(), events); });
    return static_cast<double>(events) /
           std::chrono::duration<double>(wall::now() - begun).count();
}

/// Milliseconds of each event.
struct delays {
    std::vector<double> from_call, from_answer;
    unsigned running = 0;
};

double ms_since(wall::time_point begun) {
    return std::chrono::duration<double, std::milli>(wall::now() - begun).count();
}

task<void> append_and_see(projector_process& by, int kind, delays& to) {
    const auto until = deadline::after(std::chrono::seconds(20));
    const auto called = wall::now();
    append_request one{
        {{new_uuid(), 0, {event_of(std::string(300, 'x'), topic_of(kind))}}}, {}, {}};
    const auto done = co_await by.store().append(std::move(one), until);
    const auto answered = wall::now();
    const auto name = fmt::format("bench.p{}", kind);
    if (!done || !co_await by.all().wait_for(done->last(), name, until))
        throw std::runtime_error("an event was not seen in time");
    to.from_call.push_back(ms_since(called));
    to.from_answer.push_back(ms_since(answered));
    --to.running;
}

task<void> append_at_a_rate(projector_process& by, milliseconds each, delays& to) {
    const auto begun = wall::now();
    for (unsigned sent = 0; wall::now() - begun < each;) {
        const auto due = static_cast<unsigned>(ms_since(begun)) * a_millisecond;
        for (; sent < due; ++sent) {
            ++to.running;
            by.home().spawn([&by, &to, kind = static_cast<int>(sent % runners)] {
                return append_and_see(by, kind, to);
            });
        }
        co_await sleep_until(deadline::after(milliseconds(1)));
    }
    while (to.running > 0) co_await sleep_until(deadline::after(milliseconds(1)));
}

delays visible(const stage& on, milliseconds each) {
    on.fill(0);
    const auto process = on.process(false);
    process->start();
    delays warm_up, seen;
    process->run([&] { return append_at_a_rate(*process, milliseconds(500), warm_up); });
    process->run([&] { return append_at_a_rate(*process, each, seen); });
    return seen;
}

/// The most backends seen from the start of so many projections until all have caught up.
std::size_t peak_backends(const stage& on, int count) {
    on.fill(20'000);
    const auto process = on.process(true, count);
    process->start();
    std::size_t most = 0;
    const auto done = [&] {
        most = std::max(most, on.backends());
        return std::ranges::all_of(process->all().statuses(), [](const auto& each) {
            return each.state == projection_state::following && each.lag_events == 0;
        });
    };
    if (!headroom::testing::eventually(done, std::chrono::minutes(1)))
        throw std::runtime_error("the projections did not catch up in a minute");
    return most;
}

double quantile(std::vector<double> of, double share) {
    std::ranges::sort(of);
    const auto at = static_cast<std::size_t>(share * static_cast<double>(of.size()));
    return of[std::min(of.size() - 1, at)];
}

bench_settings read(int argc, char** argv) {
    const auto more = [](bench_settings& with, std::string_view word, const char* value) {
        const int number = std::atoi(value);
        if (word == "--events" && number > 0) with.events = number;
    };
    return bench::read_arguments(argc, argv, bench_settings(), more);
}

}  // namespace

int main(int argc, char** argv) {
    const auto with = read(argc, argv);
    ::setenv("TMPDIR", "/dev/shm", 1);
    const stage on;
    std::map<std::string, std::vector<double>> seen;
    for (unsigned round = 0; round < with.rounds; ++round) {
        seen["catch_up_a_quarter_each_events_per_s"].push_back(catch_up(on, false, with.events));
        seen["catch_up_all_each_events_per_s"].push_back(catch_up(on, true, with.events));
        const auto shown = visible(on, with.each);
        seen["visible_after_call_p50_ms"].push_back(quantile(shown.from_call, 0.5));
        seen["visible_after_call_p99_ms"].push_back(quantile(shown.from_call, 0.99));
        seen["visible_after_answer_p50_ms"].push_back(quantile(shown.from_answer, 0.5));
        seen["visible_after_answer_p99_ms"].push_back(quantile(shown.from_answer, 0.99));
        seen["appended_per_s"].push_back(1'000.0 * static_cast<double>(shown.from_call.size()) /
                                         static_cast<double>(with.each.count()));
    }
    std::map<std::string, double> figures;
    for (const int count : {4, 16, 64})
        figures[fmt::format("projections_{}_peak_backends", count)] =
            static_cast<double>(peak_backends(on, count));
    for (const auto& [name, values] : seen) figures[name] = quantile(values, 0.5);
    bench::print("project", figures, with.json);
}
