#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <memory>
#include <sstream>

#include "headroom/auth/oidc/pkce.hpp"
#include "headroom/auth/oidc/token_client.hpp"
#include "headroom/auth/random_text.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_provider.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;
using testing::child_process;
using testing::eventually;
using testing::private_provider;
using testing::soon;

std::string parameter_of(const std::string& url, const std::string& name) {
    const auto at = url.find(name + "=");
    const auto from = at + name.size() + 1;
    return at == url.npos ? "" : url.substr(from, url.find('&', from) - from);
}

/// Four processes with fifty callers each, all with one refresh token.
class RefreshProcesses : public ::testing::Test {
protected:
    static constexpr unsigned processes = 4;

    void SetUp() override {
        if (!private_provider::available())
            FAIL() << "the identity provider is missing: npm ci in tests/peers installs it";
        provider.emplace();
        const auto token = refresh_token();
        for (unsigned i = 0; i < processes; ++i)
            all.push_back(std::make_unique<child_process>(testing::program{
                .arguments = {HEADROOM_TOKEN_REFRESHER, "unix://" + store.socket_file(),
                              provider->issuer(), "50"},
                .environment = {{"REFRESH_TOKEN", token}}}));
        for (const auto& each : all)
            ASSERT_TRUE(eventually([&] { return each->output().contains("ready"); }));
        posts_before = provider->requests("/token");
    }

    std::string refresh_token() {
        std::string made;
        testing::run([&]() -> task<void> {
            testing::thread_budget threads{1};
            worker_pool names("system", threads.several(1));
            budget::ledger connections("http", 4);
            http::client_terms over;
            over.home = reactor::current();
            over.system = &names;
            over.share = connections.open({http::client_consumer, 4, 0}).value();
            http::client client(std::move(over));
            co_await testing::and_at_last([&] { return signed_in(client, made); },
                                          [&] { return client.stop(soon()); });
        });
        return made;
    }
    task<void> signed_in(http::client& over, std::string& made) {
        token_client_terms terms;
        terms.issuer = provider->issuer();
        terms.as = {.id = "post", .by = client_auth::client_secret_post,
                    .password = secret(private_provider::client_secret)};
        terms.loopback = true;
        token_client of(*reactor::current(), over, std::move(terms));
        const auto verifier = random_text();
        const auto url = co_await of.authorization_url(
            {.redirect_uri = private_provider::callback, .scope = "openid offline_access read",
             .state = "s", .nonce = "n", .challenge = pkce_challenge(verifier)},
            soon());
        const auto back = provider->sign_in(url.value());
        const auto got = co_await of.exchange_code({secret(parameter_of(back, "code")),
                                                    secret(verifier), private_provider::callback},
                                                   soon());
        made = got.value().refresh.reveal();
    }

    void go() { store.ask({"SET", "go", "1"}); }
    unsigned posts() const { return provider->requests("/token") - posts_before; }
    /// Kills the one that asks the provider; the others go on.
    void kill_the_leader() {
        const auto leads = [](const auto& each) { return each->output().contains("led"); };
        ASSERT_TRUE(eventually([&] { return std::ranges::any_of(all, leads); }));
        ASSERT_TRUE(eventually([&] { return posts() == 1; }));
        const auto leader = std::ranges::find_if(all, leads);
        (*leader)->signal(SIGKILL);
        ASSERT_TRUE((*leader)->wait());
        all.erase(leader);
    }
    /// What the processes say came of it, when all of them have ended.
    std::set<std::string> outcomes() {
        std::set<std::string> found;
        for (const auto& each : all) {
            EXPECT_EQ(each->wait(30s), (testing::exit_status{0, 0})) << each->errors();
            std::istringstream lines(each->output());
            for (std::string line; std::getline(lines, line);)
                if (line != "ready" && line != "led") found.insert(line);
        }
        return found;
    }

    testing::private_redis store;
    std::optional<private_provider> provider;
    std::vector<std::unique_ptr<child_process>> all;
    unsigned posts_before = 0;
};

TEST_F(RefreshProcesses, AreOneRequest) {
    provider->answer_by("path=/token&after=100");
    go();
    const auto found = outcomes();
    EXPECT_EQ(found.size(), 1U);
    EXPECT_TRUE(found.begin()->starts_with("got ")) << *found.begin();
    EXPECT_EQ(posts(), 1U);
    EXPECT_EQ(provider->reused(), 0U);
}

TEST_F(RefreshProcesses, ALeaderThatIsKilledCostsOneMore) {
    provider->answer_by("path=/token&before=1500");
    go();
    kill_the_leader();
    provider->answer_by("");
    const auto found = outcomes();
    EXPECT_EQ(found.size(), 1U);
    EXPECT_TRUE(found.begin()->starts_with("got ")) << *found.begin();
    EXPECT_EQ(posts(), 2U);
    EXPECT_EQ(provider->grants("refresh_token"), 1U);
    EXPECT_EQ(provider->reused(), 0U);
}

// Nobody can know what the provider had given to the process that is dead.
TEST_F(RefreshProcesses, ALeaderThatIsKilledWithTheAnswerOnItsWayEndsTheFamily) {
    provider->answer_by("path=/token&after=1500");
    go();
    kill_the_leader();
    provider->answer_by("");
    const auto found = outcomes();
    ASSERT_FALSE(found.empty());
    for (const auto& each : found) EXPECT_TRUE(each.starts_with("grant_refused")) << each;
    EXPECT_EQ(posts(), 2U) << "it is asked with once more, by one of all";
}

}  // namespace
}  // namespace headroom::auth
