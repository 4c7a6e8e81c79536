// No request hides in another: what a proxy passes on is what our handlers see, and each answer
// goes to the client that asked.
#include <fmt/format.h>

#include "headroom/http/server_fixture.hpp"
#include "headroom/testing/http_answer.hpp"
#include "headroom/testing/mutated_requests.hpp"
#include "tests/http/proxies.hpp"
#include "tests/http/smuggling_attempts.hpp"

namespace headroom::http {
namespace {

using testing::eventually;
using testing::text_client;

constexpr std::chrono::milliseconds quiet{150};  // so long a client that got no close listens on
constexpr unsigned victims = 2;                  // behind each attempt

// Three characters, like the "{T}" that it replaces: lengths stay what they were.
std::string token(unsigned number) { return fmt::format("{:03x}", number); }

std::string with_token(std::string text, const std::string& token) {
    for (auto at = text.find("{T}"); at != std::string::npos; at = text.find("{T}", at))
        text.replace(at, 3, token);
    return text;
}

class Smuggling : public detail::server_fixture {
protected:
    struct seen {
        std::string target;
        std::vector<std::string> ids;
    };

    Smuggling() {
        // Seen is what came whole: its head alone asks for nothing yet.
        routes.use([this](request& of, next onward) -> task<response> {
            if (auto why = co_await of.read_body()) co_return *std::move(why);
            remember(of);
            co_return co_await onward(of);
        });
        const auto echo = [](request& of) -> task<response> {
            co_return response::text(of.parameter("token"));
        };
        routes.get("/echo/{token}", echo).post("/echo/{token}", echo);
        routes.get("/smuggled/{token}", [](request&) -> task<response> {
            co_return response::text("smuggled");
        });
    }

    // What our handlers have seen since the last call.
    std::vector<seen> taken() {
        std::scoped_lock lock(mutex);
        return std::exchange(seen_, {});
    }

    // The answers with a body must be the client's own.
    void expect_own(const std::string& said, const std::string& own) {
        const auto answers = testing::split_answers(said);
        if (!answers) return;  // a proxy's own page
        for (const auto& each : *answers) {
            if (each.status == 200 && !each.body.empty()) EXPECT_EQ(each.body, own) << said;
        }
    }

    void attempt(const smuggling_attempt& what, std::uint16_t port) {
        const auto own = token(++tokens_);
        text_client attacker(port);
        attacker.send(with_token(what.text, own));
        expect_own(attacker.until_quiet(quiet), own);
    }

    void ask_as_victim(std::uint16_t port) {
        const auto own = token(++tokens_);
        const auto said =
            testing::say(port, fmt::format("GET /echo/{} HTTP/1.1\r\nHost: x\r\n"
                                           "Connection: close\r\n\r\n",
                                           own));
        EXPECT_TRUE(said.starts_with("HTTP/1.1 200 ")) << said;
        EXPECT_TRUE(said.ends_with("\r\n\r\n" + own)) << said;
    }

private:
    void remember(const request& of) {
        std::scoped_lock lock(mutex);
        auto& added = seen_.emplace_back(std::string(of.target));
        for (const auto& each : of.headers.all())
            if (each.name == "X-Proxy-Request" || each.name == "x-proxy-request")
                added.ids.emplace_back(each.value);
    }

    unsigned tokens_ = 0;
    std::vector<seen> seen_;  // guarded by mutex
};

TEST_F(Smuggling, OfADirectClientIsSeenForWhatItIs) {
    start();
    ASSERT_GE(smuggling_attempts().size(), 100u);
    for (const auto& each : smuggling_attempts()) {
        SCOPED_TRACE(each.name + ": " + testing::printable(each.text));
        attempt(each, port());
        const auto handled = taken();
        EXPECT_EQ(handled.size(), each.requests);
        for (const auto& one : handled)
            EXPECT_TRUE(detail::has(one.target, "/echo/")) << one.target;
        ask_as_victim(port());
        taken();
    }
}

class SmugglingBehind : public Smuggling, public ::testing::WithParamInterface<const char*> {};

TEST_P(SmugglingBehind, AProxyReachesNobody) {
    start();
    const auto before = make_proxy(GetParam(), port());
    std::set<std::string> ids;
    for (const auto& each : smuggling_attempts()) {
        SCOPED_TRACE(each.name + ": " + testing::printable(each.text));
        attempt(each, before->port());
        for (unsigned i = 0; i < victims; ++i) ask_as_victim(before->port());
        for (const auto& one : taken()) {
            EXPECT_FALSE(detail::has(one.target, "smuggled")) << one.target;
            ASSERT_EQ(one.ids.size(), 1u) << "no proxy sent this: " << one.target;
            EXPECT_TRUE(ids.insert(one.ids.front()).second) << "one request became two";
        }
    }
    EXPECT_GE(ids.size(), smuggling_attempts().size() * victims);
    if (before->passed_on())
        EXPECT_TRUE(eventually([&] { return before->passed_on() == ids; }))
            << "passed on " << before->passed_on()->size() << ", received " << ids.size();
    RecordProperty("received", static_cast<int>(ids.size()));
}

INSTANTIATE_TEST_SUITE_P(Proxies, SmugglingBehind,
                         ::testing::Values("nginx", "haproxy", "haproxy_lenient", "varnish"),
                         [](const auto& of) { return std::string(of.param); });

}  // namespace
}  // namespace headroom::http
