// bench/jwt.cpp: what it costs to verify a token, beside OpenSSL's own speed test in the same run.
//
//     bench_jwt [--json] [--rounds N]
//
// Signatures alone are compared with `openssl speed`, which counts processor time and so do we. A
// whole token is form, signature and claims; a cached one is the digest and a look-up.
#include <ctime>
#include <stdexcept>

#include "bench/figures.hpp"
#include "headroom/auth/api_key.hpp"
#include "headroom/auth/token_verifier_fixture.hpp"
#include "headroom/testing/child_process.hpp"

namespace {

using namespace headroom;
using namespace headroom::auth;

constexpr double seconds_a_sample = 0.3;

double processor_seconds() {
    timespec now{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// How often `work` is done in a second of processor time. It answers whether it went well.
template <class Work>
double per_second(Work work) {
    const auto begun = processor_seconds();
    for (std::size_t done = 1;; ++done) {
        if (!work()) throw std::runtime_error("a verification failed");
        if (done % 64 != 0) continue;
        if (const auto took = processor_seconds() - begun; took >= seconds_a_sample)
            return static_cast<double>(done) / took;
    }
}

/// Verifications a second, of the line that starts with `mark`: its last figure.
double figure_of(const std::string& output, const std::string& mark) {
    const auto line = output.find(mark);
    if (line == output.npos) throw std::runtime_error("openssl speed said nothing of " + mark);
    const auto end = std::min(output.find('\n', line), output.size());
    return std::stod(output.substr(output.rfind(':', end - 1) + 1, end));
}

struct compared {
    algorithm by;
    const char *name, *speed, *mark;
};
constexpr compared all_compared[] = {
    {algorithm::rs256, "rs256", "rsa2048", "+F2:"},
    {algorithm::es256, "es256", "ecdsap256", "+F4:"},
    {algorithm::ed25519, "ed25519", "ed25519", "+F6:"},
};

using samples = std::map<std::string, std::vector<double>>;

void compare(const compared& with, samples& into) {
    const auto name = std::string(with.name);
    const auto& key = fixture::key_of(kind_for(with.by));
    const auto token = key.token(with.by, fixture::claims_of());
    const auto read = parse_jws(token).value();
    const auto keys = key_set::parse(fixture::set_of(fixture::all_jwks()), key_origin::remote);
    const auto ours = per_second([&] {
        return verify_signature(read, *keys, public_key_algorithms).has_value();
    });
    const auto speed = testing::run_program(
        {.arguments = {"openssl", "speed", "-mr", "-seconds", "1", with.speed}});
    const auto theirs = figure_of(speed.output, with.mark);
    into[name + "_signatures_per_s"].push_back(ours);
    into[name + "_openssl_speed_per_s"].push_back(theirs);
    into[name + "_ratio_to_openssl_speed"].push_back(ours / theirs);

    fixture::key_shelf shelf;
    shelf.put(fixture::home, fixture::all_jwks());
    const auto verify = [&](token_verifier& by) {
        return by.verify(token, fixture::at(fixture::noon)).has_value();
    };
    token_verifier plain({fixture::policy_of(fixture::home)}, shelf.source(), 0);
    token_verifier cached({fixture::policy_of(fixture::home)}, shelf.source(), 10'000);
    into[name + "_token_us"].push_back(1e6 / per_second([&] { return verify(plain); }));
    into[name + "_cached_token_us"].push_back(1e6 / per_second([&] { return verify(cached); }));
}

void measure_key(samples& into) {
    const secret pepper("a pepper of 32 bytes, or so many");
    const auto made = make_api_key();
    const auto kept = api_key_hash(made.value, pepper);
    into["api_key_us"].push_back(1e6 / per_second([&] {
        const auto read = parse_api_key(made.text.reveal());
        return read && matches_api_key(read->value, pepper, kept);
    }));
}

}  // namespace

int main(int argc, char** argv) {
    bool json = false;
    int rounds = 5;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--json") json = true;
        else if (word == "--rounds" && i + 1 < argc) rounds = std::max(1, std::atoi(argv[++i]));
        else return fmt::print(stderr, "bench_jwt [--json] [--rounds N]\n"), 64;
    }
    samples seen;
    for (int round = 0; round < rounds; ++round) {
        for (const auto& each : all_compared) compare(each, seen);
        measure_key(seen);
    }
    auto figures = bench::medians(seen);
    bench::print("jwt", figures, json);
}
