#include "bench/tasks_rivals.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <boost/json.hpp>
#include <chrono>
#include <cstring>
#include <stdexcept>

#include "bench/figures.hpp"
#include "headroom/persistence/redis/command.hpp"
#include "headroom/persistence/redis/parser.hpp"
#include "headroom/testing/child_process.hpp"

namespace headroom::bench {
namespace {

using wall = std::chrono::steady_clock;
using redis::command;

constexpr unsigned pipeline = 64, read_entries = 128, adds_a_write = 1'000;
constexpr std::size_t value_bytes = 186;

/// A socket and a parser.
class raw_client {
public:
    explicit raw_client(const std::string& socket_file)
        : socket_(::socket(AF_UNIX, SOCK_STREAM, 0)) {
        sockaddr_un at{};
        at.sun_family = AF_UNIX;
        std::strncpy(at.sun_path, socket_file.c_str(), sizeof at.sun_path - 1);
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&at), sizeof at) != 0)
            throw std::runtime_error("the raw client does not reach its server");
    }
    ~raw_client() { ::close(socket_); }
    raw_client(const raw_client&) = delete;
    raw_client& operator=(const raw_client&) = delete;

    void add(const command& what) { what.append_to(out_); }
    void send() {
        for (std::string_view rest = out_; !rest.empty();) {
            const auto sent = ::send(socket_, rest.data(), rest.size(), 0);
            if (sent <= 0) throw std::runtime_error("the raw client cannot send");
            rest.remove_prefix(static_cast<std::size_t>(sent));
        }
        out_.clear();
    }
    redis::value answer() {
        while (true) {
            if (auto said = in_.next()) return std::move(*said);
            const auto room = in_.room();
            const auto got = ::recv(socket_, room.data(), room.size(), 0);
            if (got <= 0) throw std::runtime_error("the raw client's server is gone");
            in_.received(static_cast<std::size_t>(got));
        }
    }
    redis::value ask(const command& what) {
        add(what);
        send();
        return answer();
    }

private:
    const int socket_;
    redis::parser in_;
    std::string out_;
};

void fill(raw_client& by, unsigned count) {
    const std::string value(value_bytes, 'x');
    by.ask(command("FLUSHALL"));
    by.ask(command("XGROUP", "CREATE", "raw", "raw", "0", "MKSTREAM"));
    for (unsigned sent = 0; sent < count; sent += adds_a_write) {
        for (unsigned i = 0; i < adds_a_write; ++i)
            by.add(command("XADD", "raw", "*", "data", value));
        by.send();
        for (unsigned i = 0; i < adds_a_write; ++i) by.answer();
    }
}

command reading(bool blocking) {
    command made("XREADGROUP", "GROUP", "raw", "raw", "COUNT", read_entries);
    if (blocking) made.add("BLOCK").add(5'000);
    made.add("STREAMS").add("raw").add(">");
    return made;
}

bool is_blocked(raw_client& asked) {
    return asked.ask(command("INFO", "clients")).text().contains("blocked_clients:1");
}

double since_us(wall::time_point begun) {
    return std::chrono::duration<double, std::micro>(wall::now() - begun).count();
}

/// Ends what was read and asks for the next in one write. Answers of how many entries.
unsigned end_and_read(raw_client& by, redis::value& read, bool results) {
    const std::string result(value_bytes, 'r');
    command taken("XACK", "raw", "raw"), gone("XDEL", "raw");
    unsigned entries = 0;
    for (const auto entry : read[0][1]) {
        const auto id = entry[0].text();
        if (results) by.add(command("SET", id, result, "PX", 3'600'000));
        taken.add(id);
        gone.add(id);
        ++entries;
    }
    by.add(taken);
    by.add(gone);
    by.add(reading(false));
    by.send();
    for (unsigned i = 0; i < (results ? entries : 0) + 2; ++i) by.answer();
    read = by.answer();
    return entries;
}

}  // namespace

double raw_enqueue(const testing::private_redis& server, unsigned count) {
    const auto ran = testing::run_program(
        {.arguments = {"redis-benchmark", "-s", server.socket_file(), "-c", "1", "-P",
                       std::to_string(pipeline), "-n", std::to_string(5 * count), "--csv", "XADD",
                       "bench:stream", "MAXLEN", "~", "10000", "*", "data",
                       std::string(value_bytes, 'x')}});
    const auto line = ran.output.find('\n');
    if (ran.code != 0 || line == std::string::npos)
        throw std::runtime_error(fmt::format("redis-benchmark ended with {}: {}{}", ran.code,
                                             ran.output, ran.errors));
    const auto figure = ran.output.find("\",\"", line) + 3;
    return std::strtod(ran.output.c_str() + figure, nullptr);
}

double raw_drain(const testing::private_redis& server, unsigned count, bool results) {
    raw_client by(server.socket_file());
    fill(by, count);
    const auto begun = wall::now();
    auto read = by.ask(reading(false));
    unsigned done = 0;
    while (!read.is_nothing()) done += end_and_read(by, read, results);
    return done / since_us(begun) * 1e6;
}

double raw_start_latency(const testing::private_redis& server, unsigned samples) {
    raw_client sender(server.socket_file()), reader(server.socket_file());
    fill(sender, 0);
    const std::string value(value_bytes, 'x');
    std::vector<double> seen;
    for (unsigned i = 0; i < samples; ++i) {
        reader.add(reading(true));
        reader.send();
        while (!is_blocked(sender)) {}
        const auto begun = wall::now();
        sender.add(command("XADD", "raw", "*", "data", value));
        sender.send();
        reader.answer();
        seen.push_back(since_us(begun));
        sender.answer();
    }
    return median(std::move(seen));
}

double connections(const testing::private_redis& server) {
    const auto list = server.ask({"CLIENT", "LIST"});
    return static_cast<double>(std::ranges::count(list, '\n')) - 1;
}

figures bullmq(const testing::private_redis& server, unsigned count) {
    const auto* const folder = std::getenv("BENCH_BULLMQ");
    if (folder == nullptr) return {};
    server.ask({"FLUSHALL"});
    testing::child_process node({.arguments = {"node", HEADROOM_BENCH_BULLMQ_PROGRAM, folder,
                                               server.socket_file(), std::to_string(count)}});
    figures seen;
    auto& most = seen["bullmq_connections"];
    std::optional<testing::exit_status> ended;
    while (!(ended = node.wait(std::chrono::milliseconds(200))))
        most = std::max(most, connections(server));
    if (*ended != testing::exit_status{})
        throw std::runtime_error("bullmq: " + node.output() + node.errors());
    for (const auto& [name, value] : boost::json::parse(node.output()).as_object())
        seen["bullmq_" + std::string(name)] = value.to_number<double>();
    return seen;
}

}  // namespace headroom::bench
