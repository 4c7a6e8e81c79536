// bench/connections.cpp: how many backends the service has at its busiest, by its projections.
//
//     bench_connections [--json] [--ms N]
//
// The service runs its own four projections, then with 12 and 60 more that write a row for every
// event. wrk asks for a tenant's values over 256 connections and puts values over 16 more, each an
// event, while the server's own view is counted as often as it answers. The figures to hold are
// the peaks, which are equal; requests a second stand beside them.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "bench/served.hpp"
#include "headroom/testing/text_client.hpp"
#include "service/serve.hpp"

namespace {

using namespace headroom;

constexpr unsigned readers = 256, writers = 16;

/// The row of a stream says which of its events was last.
class newest final : public eventsourcing::projection {
public:
    explicit newest(std::size_t number) : name_(fmt::format("bench.newest{}", number)) {}
    std::string_view name() const noexcept override { return name_; }
    bool wants(std::string_view) const noexcept override { return true; }
    void apply(const eventsourcing::recorded_event& from, eventsourcing::effects& to) override {
        to.run(upsert, name_, from.stream, from.version);
    }
    void clear(eventsourcing::effects& to) override { to.run(empty, name_); }

private:
    static constexpr persistence::statement upsert{
        "insert into newest (projection, stream, version) values ($1, $2, $3)"
        " on conflict (projection, stream) do update set version = excluded.version"};
    static constexpr persistence::statement empty{"delete from newest where projection = $1"};
    const std::string name_;
};

/// The service itself, with so many projections.
int serve(std::size_t projections) {
    const auto with = service::read_settings();
    if (!with) return 78;
    return service::serve(*with, [projections] {
        auto all = service::all_projections();
        while (all.size() < projections) all.push_back(std::make_unique<newest>(all.size()));
        return all;
    });
}

struct busiest {
    std::size_t backends = 0;
    unsigned samples = 0;
    double reads = 0, writes = 0;  // a second
};

std::string wrk_of(unsigned clients, unsigned short port, long seconds, bool writing) {
    return fmt::format("wrk -t 1 -c {} -d {}s {} http://127.0.0.1:{}/v1/tenants/acme/configuration",
                       clients, seconds, writing ? "-s " HEADROOM_PUT_VALUE : "", port);
}

double requests_a_second(const std::string& wrk) {
    const auto at = wrk.find("Requests/sec:");
    return at == std::string::npos ? 0 : std::stod(wrk.substr(at + 13));
}

busiest watch(const bench::served& database, unsigned short port, long seconds) {
    const auto started = [&](unsigned clients, bool writing) {
        return testing::child_process(
            {.arguments = {"sh", "-c", wrk_of(clients, port, seconds, writing)}});
    };
    auto reading = started(readers, false), writing = started(writers, true);
    busiest seen;
    while (reading.running() || writing.running()) {
        seen.backends = std::max(seen.backends, database.server().backends().size());
        ++seen.samples;
    }
    seen.reads = requests_a_second(reading.output());
    seen.writes = requests_a_second(writing.output());
    return seen;
}

void post(unsigned short port, std::string_view path, std::string_view body) {
    testing::say(port, fmt::format("POST {} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                                   "Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
                                   path, body.size(), body));
}

busiest measure(std::size_t projections, long seconds) {
    const bench::served database;
    database.server().sql(
        "create table newest (projection text, stream uuid, version int8,"
        " primary key (projection, stream));"
        "grant select, insert, update, delete on newest to headroom_projector", "shop");
    const auto port = testing::free_port();
    const auto service =
        database.start(port, {"/proc/self/exe", "--serve", std::to_string(projections)});
    bench::until_ready(port);
    post(port, "/v1/tenants", R"({"slug":"acme","name":"Acme"})");
    post(port, "/v1/tenants/acme/activate", "");
    const auto seen = watch(database, port, seconds);
    service->signal(SIGTERM);
    service->wait();
    if (seen.reads == 0 || seen.writes == 0) throw std::runtime_error("wrk measured nothing");
    return seen;
}

}  // namespace

int main(int argc, char** argv) {
    bool json = false;
    std::chrono::milliseconds each{5'000};
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--json") json = true;
        else if (word == "--serve" && i + 1 < argc)
            return serve(static_cast<std::size_t>(std::atoi(argv[++i])));
        else if (word == "--ms" && i + 1 < argc)
            each = std::chrono::milliseconds(std::atoi(argv[++i]));
        else return fmt::print(stderr, "bench_connections [--json] [--ms N]\n"), 64;
    }
    for (const std::size_t projections : {4UL, 16UL, 64UL}) {
        const auto seen = measure(projections, std::max<long>(1, each.count() / 1000));
        const auto line =
            json ? R"({{"bench":"connections","projections":{},"peak_backends":{},"samples":{},)"
                   R"("reads_per_second":{:.0f},"writes_per_second":{:.0f}}})"
                 : "connections: {} projections: at most {} backends in {} samples, "
                   "{:.0f} reads/s, {:.0f} writes/s";
        fmt::print(fmt::runtime(line), projections, seen.backends, seen.samples, seen.reads,
                   seen.writes);
        fmt::print("\n");
    }
}
