// bench/keys.cpp: what a verification takes while its issuer's keys are fetched, and do not come.
//
// Five thousand tokens a second are verified, none of them remembered, while their keys are
// fetched all the time: from a provider that answers at once, and from one that sleeps for 3 s.
// Times are of a verification. `--rounds N`, `--ms N` a measurement, `--json`.
#include <algorithm>
#include <atomic>
#include <map>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "bench/arguments.hpp"
#include "bench/figures.hpp"
#include "bench/http_ours.hpp"
#include "headroom/auth/key_source.hpp"
#include "headroom/auth/token_verifier_fixture.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/soon.hpp"

using namespace headroom;
using namespace headroom::auth;

namespace {

using clock_of = deadline::clock;

constexpr unsigned tokens_per_s = 5'000;
constexpr std::chrono::milliseconds asleep_ms{3'000};

struct keys_arguments {
    unsigned rounds = 3;
    std::chrono::milliseconds each{4'000};
    bool json = false;
};

/// An issuer with one key, asleep when it is told so.
class provider {
public:
    provider() : serving_(1, {}, routes()) {}

    std::string issuer() const { return fmt::format("http://127.0.0.1:{}", serving_.port()); }

    std::atomic<bool> asleep{false};
    std::atomic<unsigned> asked{0};

private:
    http::router routes() {
        http::router out;
        out.get("/keys", [this](http::request&) -> task<http::response> {
            ++asked;
            if (asleep) co_await sleep_until(deadline::after(asleep_ms));
            co_return http::response::json(fixture::set_of(fixture::all_jwks()));
        });
        return out;
    }

    bench::our_server serving_;
};

key_source_terms terms_of(const provider& from) {
    key_source_terms out;
    out.issuer = from.issuer();
    out.keys_url = from.issuer() + "/keys";
    out.loopback = true;
    out.within.ttl = std::chrono::milliseconds(400);
    out.within.ttl_min = out.within.ahead = std::chrono::milliseconds(200);
    return out;
}

/// How long each verification took, in microseconds.
std::vector<double> verify(token_verifier& by, const std::string& token,
                           std::chrono::milliseconds time) {
    std::vector<double> took;
    const auto begun = clock_of::now();
    for (auto next = begun; next < begun + time;
         next += std::chrono::microseconds(1'000'000 / tokens_per_s)) {
        std::this_thread::sleep_until(next);
        const auto from = clock_of::now();
        if (!by.verify(token, fixture::at(fixture::noon)))
            throw std::runtime_error("a verification failed");
        took.push_back(std::chrono::duration<double, std::micro>(clock_of::now() - from).count());
    }
    std::ranges::sort(took);
    return took;
}

using samples = std::map<std::string, std::vector<double>>;

void measure(provider& from, key_source& keys, const keys_arguments& with, samples& into) {
    auto policy = fixture::policy_of(from.issuer());
    token_verifier tokens({policy}, [&](std::string_view) { return keys.keys(); }, 0);
    const auto token = fixture::key_of(key_kind::p256)
                           .token(algorithm::es256, fixture::claims_of(from.issuer()));
    for (const bool asleep : {false, true}) {
        from.asleep = asleep;
        const auto asked = from.asked.load();
        const auto took = verify(tokens, token, with.each);
        const std::string name = asleep ? "asleep_" : "awake_";
        into[name + "p50_us"].push_back(took[took.size() / 2]);
        into[name + "p99_us"].push_back(took[took.size() * 99 / 100]);
        into[name + "max_us"].push_back(took.back());
        into[name + "fetches"].push_back(from.asked - asked);
    }
    into["p99_ratio"].push_back(into["asleep_p99_us"].back() / into["awake_p99_us"].back());
}

void run(const keys_arguments& with) {
    samples seen;
    for (unsigned round = 0; round < with.rounds; ++round) {
        provider from;
        testing::test_reactor home;
        testing::thread_budget threads{1};
        worker_pool names("system", threads.several(1));
        budget::ledger connections("http", 4);
        http::client_terms terms;
        terms.home = &home;
        terms.system = &names;
        terms.share = connections.open({http::client_consumer, 4, 0}).value();
        http::client client(std::move(terms));
        key_source keys(home, client, terms_of(from));
        keys.start(testing::soon());
        if (!testing::eventually([&] { return keys.keys() != nullptr; }))
            throw std::runtime_error("no keys came");
        measure(from, keys, with, seen);
        keys.stop(testing::soon());
        home.run_blocking([&] { return client.stop(testing::soon()); });
    }
    bench::print("keys", bench::medians(seen), with.json);
}

}  // namespace

int main(int argc, char** argv) {
    const auto with = bench::read_arguments<keys_arguments>(argc, argv);
    return bench::run_bench("keys", [&] { run(with); });
}
