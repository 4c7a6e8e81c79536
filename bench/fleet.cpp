// bench/fleet.cpp: how many admissions a second the fleet's ledger decides.
//
//     bench_fleet [--json] [--joiners N] [--ms N]
//
// N processes (50) ask again and again, all of them alive and members already, for one unit and for
// two in turn. `kept`: over a connection each that stays open, and there is room for all of it;
// `scarce`: likewise, but everybody asks for more than there is, so each admission looks at all
// locks, sessions and rows itself; `visits`: with room again, as a process does it, connection by
// connection. The floor is a transaction that takes the same
// lock and writes one row, over kept connections, too: with the commit of a visit, which does not
// wait for the disk, and (`durable`) with one that does.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <string_view>
#include <vector>

#include "headroom/fleet/ledger_answer.hpp"
#include "headroom/fleet/ledger_desk.hpp"
#include "headroom/fleet/schema.hpp"
#include "headroom/persistence/advisory_locks.hpp"
#include "headroom/persistence/application_name.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace {

using namespace headroom;
using namespace headroom::fleet;
using persistence::parameters;
using persistence::statement;
using wall = std::chrono::steady_clock;
using milliseconds = std::chrono::duration<double, std::milli>;

constexpr statement be_alive{"select pg_advisory_lock($1, $2)"};
constexpr statement take_turn{"select pg_advisory_xact_lock($1, 0)"};
constexpr statement admit{
    "select headroom_fleet.admit_v1($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"};
constexpr statement write_row{"update floor set n = n + 1 where id = $1"};

constexpr unsigned more_than_there_is = 10'000;
constexpr unsigned warm_ups = 2;  // a session plans at its first admission

struct bench_settings {
    bool json = false;
    unsigned joiners = 50;
    std::chrono::milliseconds each{3'000};
};

struct figures {
    double rate = 0, p50_ms = 0, p99_ms = 0;
};

enum class way { durable, floor, kept, scarce, visits };

/// A process that is alive: the connection that proves it, and two ways to ask.
struct joiner {
    joiner(reactor& home, persistence::door& to, budget::ledger& of, unsigned number, way how)
        : units(of.open({fmt::format("kept.{}", number), 2, 0}).value()),
          proof(home, units.take().value(), named(number, "persistence.control")),
          ask(home, units.take().value(), asking(number, how)),
          desk(home, visiting(to, of, number)) {
        who.system = "bench", who.duty = "serve", who.number = number, who.lives_in = "ledger";
        who.identity.bytes[15] = static_cast<std::uint8_t>(number);
        who.floor = 1, who.most = 2;
        who.claims = {{to.target().user, "ledger", 1, 2}};
    }
    static persistence::connection_options named(unsigned number, const char* consumer) {
        persistence::connection_options made;
        made.application_name =
            persistence::application_name{"bench", "serve", number, consumer}.text();
        return made;
    }
    static persistence::connection_options asking(unsigned number, way how) {
        auto made = named(number, "fleet.ledger");
        if (how != way::durable) made.start_up = {"synchronous_commit=off"};
        return made;
    }
    static desk_terms visiting(persistence::door& to, budget::ledger& of, unsigned number) {
        desk_terms made;
        made.through = &to;
        made.share = of.open({fmt::format("fleet.ledger.{}", number), 1, 0}).value();
        made.application_name = named(number, "fleet.ledger").application_name;
        return made;
    }
    parameters values() const {
        return parameters::of(static_cast<std::int64_t>(who.number), who.identity, who.system,
                              who.duty, std::int32_t{1},
                              static_cast<std::int32_t>(who.most), std::int32_t{0},
                              who.lives_in, persistence::jsonb{claims_text(who.claims)},
                              std::string("refuse"));
    }
    budget::grant units;
    persistence::connection proof, ask;
    ledger_desk desk;
    fleet_terms who;
};

class stage {
public:
    stage(testing::private_postgres& server, unsigned joiners)
        : to_(persistence::parse_connect_info(server.url("app", "ledger")).value()),
          ledger_("postgres", joiners * 3), count_(joiners) {}

    figures measure(way how, std::chrono::milliseconds each) {
        testing::test_reactor home;
        figures found;
        testing::run_on(home, [&] { return run(home, how, each, found); },
                        each + std::chrono::seconds(60));
        return found;
    }

private:
    task<void> run(reactor& home, way how, std::chrono::milliseconds each, figures& found) {
        std::vector<std::unique_ptr<joiner>> all;
        for (unsigned number = 1; number <= count_; ++number) {
            auto& one = *all.emplace_back(
                std::make_unique<joiner>(home, to_, ledger_, number, how));
            co_await to_.open(one.proof, testing::soon());
            co_await one.proof.run(
                be_alive,
                parameters::of(static_cast<std::int32_t>(persistence::lock_class::proof_of_life),
                               static_cast<std::int32_t>(number)),
                testing::soon());
            if (how == way::visits) continue;
            co_await to_.open(one.ask, testing::soon());
            const auto first = how == way::scarce ? way::kept : how;  // or one would take it all
            for (unsigned i = 0; i < warm_ups; ++i) co_await ask(one, first);
        }
        const auto start = wall::now();
        unsigned running = count_;
        for (auto& each_one : all)
            home.spawn([&, one = each_one.get()]() -> task<void> {
                co_await keep_asking(*one, how, start + each);
                --running;
            });
        while (running > 0) co_await sleep_until(deadline::after(std::chrono::milliseconds(1)));
        if (failed_) std::rethrow_exception(failed_);
        found = of_all(std::chrono::duration<double>(wall::now() - start).count());
        for (auto& one : all) {
            if (how != way::visits) co_await one->ask.close(testing::soon());
            co_await one->proof.close(testing::soon());
        }
    }

    task<void> keep_asking(joiner& one, way how, wall::time_point end) {
        try {
            while (wall::now() < end && !failed_) {
                const auto began = wall::now();
                if (how == way::visits) co_await visit(one);
                else co_await ask(one, how);
                took_.push_back(milliseconds(wall::now() - began).count());
            }
        } catch (...) {
            failed_ = std::current_exception();
        }
    }
    static task<void> ask(joiner& one, way how) {
        const auto turn = static_cast<std::int32_t>(persistence::lock_class::admission);
        const bool admits = how == way::kept || how == way::scarce;
        one.who.most = how == way::scarce ? more_than_there_is : one.who.most == 2 ? 1 : 2;
        const persistence::step batch[] = {
            {&take_turn, parameters::of(turn)},
            admits ? persistence::step{&admit, one.values()}
                   : persistence::step{&write_row, parameters::of(static_cast<std::int32_t>(
                                                       one.who.number))}};
        const auto answers = co_await one.ask.run_unit(batch, testing::soon());
        if (!admits) co_return;
        const auto got =
            read_answer(answers.back().one<persistence::jsonb>().text, one.who);
        if (!got) throw std::runtime_error(got.error().message());
    }
    static task<void> visit(joiner& one) {
        one.who.most = one.who.most == 2 ? 1 : 2;
        const auto got = co_await one.desk.admit(one.who, 0, testing::soon());
        if (!got) throw std::runtime_error(got.error().message());
    }
    figures of_all(double seconds) {
        std::ranges::sort(took_);
        const auto at = [&](double part) {
            return took_[static_cast<std::size_t>(part * static_cast<double>(took_.size() - 1))];
        };
        figures found{static_cast<double>(took_.size()) / seconds, at(0.5), at(0.99)};
        took_.clear();
        return found;
    }

    persistence::door to_;
    budget::ledger ledger_;
    const unsigned count_;
    std::vector<double> took_;
    std::exception_ptr failed_;
};

void prepare(testing::private_postgres& server, unsigned joiners) {
    server.create_role("headroom_app", "NOLOGIN");
    server.create_role("app", "LOGIN IN ROLE headroom_app");
    server.create_database("ledger");
    for (const auto& each : schema()) server.sql(std::string(each.text), "ledger");
    server.sql(fmt::format("create table floor as select i as id, 0 as n from "
                           "generate_series(1, {}) i; alter table floor add primary key (id);"
                           "grant select, update on floor to app",
                           joiners),
               "ledger");
}

void measure(stage& on, const bench_settings& with) {
    const auto durable = on.measure(way::durable, with.each);
    const auto floor = on.measure(way::floor, with.each);
    const auto kept = on.measure(way::kept, with.each);
    const auto scarce = on.measure(way::scarce, with.each);
    const auto visits = on.measure(way::visits, with.each);
    const auto line =
        with.json
            ? R"({{"bench":"fleet","joiners":{},"durable_floor_per_s":{:.0f},)"
              R"("floor_per_s":{:.0f},"kept_per_s":{:.0f},"kept_p50_ms":{:.1f},)"
              R"("kept_p99_ms":{:.1f},"scarce_per_s":{:.0f},"scarce_p50_ms":{:.1f},)"
              R"("scarce_p99_ms":{:.1f},"visits_per_s":{:.0f},"visits_p50_ms":{:.1f},)"
              R"("visits_p99_ms":{:.1f}}})"
            : "fleet: {} joiners: lock and row alone {:.0f}/s on disk, {:.0f}/s with a "
              "visit's commit; admissions {:.0f}/s (p50 {:.1f}, p99 {:.1f} ms), where there "
              "is too little {:.0f}/s (p50 {:.1f}, p99 {:.1f} ms); as whole visits {:.0f}/s "
              "(p50 {:.1f}, p99 {:.1f} ms)";
    fmt::print(fmt::runtime(line), with.joiners, durable.rate, floor.rate, kept.rate,
               kept.p50_ms, kept.p99_ms, scarce.rate, scarce.p50_ms, scarce.p99_ms,
               visits.rate, visits.p50_ms, visits.p99_ms);
    fmt::print("\n");
}

}  // namespace

int main(int argc, char** argv) {
    bench_settings with;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--json") with.json = true;
        else if (word == "--joiners" && i + 1 < argc)
            with.joiners = static_cast<unsigned>(std::clamp(std::atoi(argv[++i]), 1, 200));
        else if (word == "--ms" && i + 1 < argc)
            with.each = std::chrono::milliseconds(std::max(100, std::atoi(argv[++i])));
        else return fmt::print(stderr, "bench_fleet [--json] [--joiners N] [--ms N]\n"), 64;
    }
    const auto slots = std::to_string(with.joiners * 4 + 20);
    testing::private_postgres server(
        {.settings = {{"max_connections", slots}, {"fsync", "on"}, {"synchronous_commit", "on"}}});
    prepare(server, with.joiners);
    stage on(server, with.joiners);
    try {
        measure(on, with);
    } catch (const std::exception& broken) {
        fmt::print(stderr, "bench_fleet: {}\n", broken.what());
        return EXIT_FAILURE;
    }
}
