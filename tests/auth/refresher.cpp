// tests/auth/refresher.cpp: a process whose callers all hold the same refresh token.
//
//     REFRESH_TOKEN=... test_token_refresher REDIS_URL ISSUER CALLERS
//
// Says "ready", waits for the key `go` in Redis, lets all callers refresh at once, says "led" when
// it asks the provider, and at its end one line for each outcome there was: "got DIGEST", of the
// refresh token they were given, or the sentence of a failure.
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <set>

#include "headroom/auth/base64url.hpp"
#include "headroom/auth/detail/sha256.hpp"
#include "headroom/auth/oidc/rotating_refresh.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace {

using namespace headroom;
using namespace headroom::auth;
using namespace std::chrono_literals;
using testing::eventually_on_reactor;
using testing::soon;

void say(const std::string& what) {
    std::puts(what.c_str());
    std::fflush(stdout);
}

token_client_terms client_terms_of(const char* issuer) {
    token_client_terms made;
    made.issuer = issuer;
    made.as = {.id = "post", .by = client_auth::client_secret_post,
               .password = secret("pass:%+ word&=/~")};
    made.loopback = true;
    return made;
}

rotation_terms rotation() {
    return {.sealing = secret(std::string(32, 's')), .turn_max = 3'000ms, .exchange_max = 2'500ms};
}

std::string outcome_of(const oidc_result<token_set>& of) {
    if (!of) return of.error().sentence();
    return "got " + to_base64url(detail::sha256(of->refresh.reveal()));
}

task<void> wait_for_go(redis::mux& shared) {
    const auto until = soon();
    while (!until.passed()) {
        const auto said = co_await shared.run(redis::command("EXISTS", "go"), until);
        if (said.number() == 1) co_return;
        co_await sleep_until(deadline::after(2ms));
    }
}

task<void> refresh_all(rotating_refresh& by, const secret& token, unsigned callers) {
    std::set<std::string> outcomes;
    unsigned left = callers;
    for (unsigned i = 0; i < callers; ++i)
        reactor::current()->spawn([&]() -> task<void> {
            outcomes.insert(outcome_of(co_await by.refresh(token, soon())));
            --left;
        });
    (void)co_await eventually_on_reactor([&] { return left == 0 || by.figures().led > 0; }, 20s);
    if (by.figures().led > 0) say("led");
    (void)co_await eventually_on_reactor([&] { return left == 0; }, 20s);
    for (const auto& each : outcomes) say(each);
}

task<void> work(char** argv, worker_pool& names) {
    budget::ledger connections("http", 4), redis_ledger("redis", 2);
    http::client_terms over;
    over.home = reactor::current();
    over.system = &names;
    over.share = connections.open({http::client_consumer, 4, 0}).value();
    http::client client(std::move(over));
    redis::door door(redis::parse_connect_info(argv[1]).value());
    redis::mux shared(*reactor::current(), redis_ledger.open({"test.mux", 1, 1}).value(), door, {});
    shared.start();
    {
        token_client provider(*reactor::current(), client, client_terms_of(argv[2]));
        (void)co_await provider.metadata(soon());
        rotating_refresh refreshes(provider, shared, rotation());
        say("ready");
        co_await wait_for_go(shared);
        co_await refresh_all(refreshes, secret(std::getenv("REFRESH_TOKEN")),
                             static_cast<unsigned>(std::atoi(argv[3])));
        co_await refreshes.stop(soon());
        co_await provider.stop();
        co_await client.stop(soon());
    }
    co_await shared.stop(soon());
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 4 || std::getenv("REFRESH_TOKEN") == nullptr) return EXIT_FAILURE;
    testing::thread_budget threads{1};
    worker_pool names("system", threads.several(1));
    testing::run([&] { return work(argv, names); }, 40s);
    return EXIT_SUCCESS;
}
