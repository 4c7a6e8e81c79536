// What an attacker can do with connections alone: meanwhile others are served, the attackers are
// closed by their deadlines, memory stays within a bound, and everything comes back.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>

#include <boost/json.hpp>
#include <filesystem>
#include <sstream>

#include "headroom/testing/child_process.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/temp_directory.hpp"
#include "headroom/testing/text_client.hpp"

namespace headroom::http {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::say;
using testing::text_client;

constexpr std::string_view polite = "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
constexpr std::string_view kept_alive = "GET /hello HTTP/1.1\r\nHost: x\r\n\r\n";
constexpr unsigned crowd = 300;                 // attackers at once; the server has 512 places
constexpr std::size_t memory_max = 192U << 20;  // resident, at the worst instant of an attack
constexpr std::chrono::seconds patience{30};    // of a test with attackers that must be closed

class Attack : public ::testing::Test {
protected:
    Attack() {
        rlimit files{};
        getrlimit(RLIMIT_NOFILE, &files);
        files.rlim_cur = std::min<rlim_t>(files.rlim_max, 16'384);
        setrlimit(RLIMIT_NOFILE, &files);
        EXPECT_TRUE(eventually([this] { return server_.output().ends_with('\n'); }));
        port_ = static_cast<std::uint16_t>(std::stoul(server_.output()));
        files_at_rest_ = open_files();
    }
    ~Attack() override {
        server_.signal(SIGTERM);
        EXPECT_EQ(server_.wait(), (testing::exit_status{}));
    }

    std::vector<text_client> attackers(unsigned count, std::string_view first_words) const {
        std::vector<text_client> all;
        for (unsigned i = 0; i < count; ++i) all.emplace_back(port_).send(first_words);
        return all;
    }

    // Those of them that the server has not closed yet, each of which says one thing more.
    static std::size_t still_open(std::vector<text_client>& of, std::string_view more) {
        std::erase_if(of, [&](auto& each) {
            if (!more.empty()) each.send_some(more);
            return each.closed_within(0ms);
        });
        return of.size();
    }

    void expect_served() const {
        for (int i = 0; i < 20; ++i)
            EXPECT_TRUE(say(port_, polite).starts_with("HTTP/1.1 200 ")) << "others are served";
    }

    void expect_at_rest() const {
        EXPECT_TRUE(eventually([this] {
            const auto now = figures();
            return now.at("connections") == 1 && now.at("held") == 3;
        })) << boost::json::serialize(figures());
        EXPECT_LE(figures().at("held_max").as_int64(), figures().at("ceiling").as_int64());
        EXPECT_TRUE(eventually([this] { return open_files() == files_at_rest_; })) << open_files();
        EXPECT_LT(memory_peak(), memory_max);
        RecordProperty("memory_peak_kib", static_cast<int>(memory_peak() / 1024));
        expect_served();
    }

    std::uint16_t port_ = 0;

private:
    boost::json::object figures() const {
        const auto said =
            say(port_, "GET /figures HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
        if (!said.starts_with("HTTP/1.1 200 ")) return {{"connections", -1}, {"held", -1}};
        return boost::json::parse(said.substr(said.find("\r\n\r\n") + 4)).as_object();
    }

    std::ptrdiff_t open_files() const {
        const std::filesystem::directory_iterator all("/proc/" + std::to_string(server_.pid()) +
                                                      "/fd");
        return std::distance(begin(all), end(all));
    }

    std::size_t memory_peak() const {
        std::istringstream lines(
            testing::read_file("/proc/" + std::to_string(server_.pid()) + "/status"));
        for (std::string line; std::getline(lines, line);)
            if (line.starts_with("VmHWM:")) return std::stoul(line.substr(6)) * 1024;
        return 0;
    }

    testing::child_process server_{{.arguments = {HEADROOM_ATTACKED_SERVER}}};
    std::ptrdiff_t files_at_rest_ = 0;
};

TEST_F(Attack, BySlowHeaders) {
    auto all = attackers(crowd, "GET /hello HTTP/1.1\r\nHost: x\r\nA: ");
    expect_served();
    EXPECT_TRUE(eventually([&] { return still_open(all, "a") == 0; }, patience));
    expect_at_rest();
}

TEST_F(Attack, BySlowBodies) {
    auto all = attackers(crowd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n");
    expect_served();
    EXPECT_TRUE(eventually([&] { return still_open(all, "a") == 0; }, patience));
    expect_at_rest();
}

TEST_F(Attack, BySlowChunks) {
    auto all = attackers(
        crowd, "POST /echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
    expect_served();
    EXPECT_TRUE(eventually([&] { return still_open(all, "1\r\na\r\n") == 0; }, patience));
    expect_at_rest();
}

// Without a bound on all bodies together they would take 270 MB.
TEST_F(Attack, ByLargeBodiesThatNeverEnd) {
    auto all =
        attackers(crowd, "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 900000\r\n\r\n" +
                             std::string(899'000, 'a'));
    expect_served();
    EXPECT_TRUE(eventually([&] { return still_open(all, "") == 0; }, patience));
    expect_at_rest();
}

TEST_F(Attack, ByClientsThatNeverRead) {
    std::string many;
    for (int i = 0; i < 64; ++i) many += "GET /large HTTP/1.1\r\nHost: x\r\n\r\n";
    auto all = attackers(100, many);
    expect_served();
    // Nobody reads: the close is seen from the other side.
    expect_at_rest();
}

TEST_F(Attack, ByPipelining) {
    std::string many;
    for (int i = 0; i < 2'000; ++i) many += kept_alive;
    auto all = attackers(20, "");
    EXPECT_TRUE(eventually([&] {
        std::size_t taken = 0;
        for (auto& each : all) taken += each.send_some(many);
        return taken == 0;
    }, patience)) << "the server stops to read what it cannot answer";
    expect_served();
    expect_at_rest();
}

TEST_F(Attack, ByHugeHeaders) {
    const std::string huge = "GET /hello HTTP/1.1\r\nHost: x\r\nA: " + std::string(32'000, 'a');
    auto all = attackers(crowd, huge);
    expect_served();
    for (auto& each : all) each.send(std::string(200'000, 'a'));
    EXPECT_TRUE(eventually([&] { return still_open(all, "") == 0; }, patience));
    expect_at_rest();
}

TEST_F(Attack, ByManySmallChunks) {
    std::string body;
    for (int i = 0; i < 200'000; ++i) body += "1\r\na\r\n";
    const std::string head = "POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                             "Transfer-Encoding: chunked\r\n\r\n";
    EXPECT_TRUE(say(port_, head + body + "0\r\n\r\n").ends_with("\r\n\r\n200000"));
    std::string extended;
    for (int i = 0; i < 5'000; ++i) extended += "1;a=b\r\na\r\n";
    EXPECT_TRUE(say(port_, head + extended).starts_with("HTTP/1.1 400 "));
    expect_at_rest();
}

TEST_F(Attack, ByHoardingKeptConnections) {
    auto all = attackers(crowd, kept_alive);
    for (auto& each : all) EXPECT_TRUE(each.response().starts_with("HTTP/1.1 200 "));
    expect_served();
    EXPECT_TRUE(eventually([&] { return still_open(all, "") == 0; }, patience));
    expect_at_rest();
}

TEST_F(Attack, ByAFloodOfConnections) {
    text_client healthy(port_);
    std::vector<std::vector<text_client>> waves;
    for (int wave = 0; wave < 40; ++wave) {
        healthy.send(kept_alive);
        ASSERT_TRUE(healthy.response().starts_with("HTTP/1.1 200 ")) << "who is in stays in";
        waves.push_back(attackers(100, ""));
    }
    std::size_t told = 0;
    for (auto& all : waves)
        for (auto& each : all) told += each.until_quiet(0ms).starts_with("HTTP/1.1 503 ") ? 1 : 0;
    EXPECT_GT(told, 1'000u) << "most of those too many are told";
    healthy.send(polite);
    healthy.rest();
    expect_at_rest();
}

}  // namespace
}  // namespace headroom::http
