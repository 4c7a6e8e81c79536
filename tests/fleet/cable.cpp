#include "tests/fleet/cable.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <stdexcept>

#include "headroom/testing/child_process.hpp"

namespace headroom::fleet {
namespace {

testing::outcome ip(std::vector<std::string> what) {
    what.insert(what.begin(), "ip");
    return testing::run_program({.arguments = std::move(what)});
}

void must(const std::vector<std::string>& what) {
    const auto done = ip(what);
    if (done.code != 0)
        throw std::runtime_error(fmt::format("ip {}: {}", fmt::join(what, " "), done.errors));
}

std::string network_of(int process) {  // four addresses for each process
    return fmt::format("10.231.{}.{}", process / 64 % 256, process % 64 * 4);
}

std::string address_in(const std::string& network, int which) {
    const auto last = network.rfind('.') + 1;
    return network.substr(0, last) + std::to_string(std::stoi(network.substr(last)) + which);
}

}  // namespace

std::string cable::refusal() {
    const auto name = fmt::format("hr-try-{}", getpid());
    const auto made = ip({"netns", "add", name});
    if (made.code == 0) {
        must({"netns", "del", name});
        return "";
    }
    for (const auto* rights : {"Operation not permitted", "Permission denied"})
        if (made.errors.contains(rights))
            return fmt::format("`ip netns add` is refused: {}", made.errors);
    throw std::runtime_error(fmt::format("ip netns add {}: {}", name, made.errors));
}

cable::cable()
    : host_(fmt::format("hr-host-{}", getpid())),
      ours_end_(fmt::format("hra{}", getpid())),
      their_end_(fmt::format("hrb{}", getpid())),
      network_(network_of(getpid()) + "/30"),
      ours_(address_in(network_of(getpid()), 1)),
      theirs_(address_in(network_of(getpid()), 2)) {
    must({"netns", "add", host_});
    must({"link", "add", ours_end_, "type", "veth", "peer", "name", their_end_, "netns", host_});
    must({"addr", "add", ours_ + "/30", "dev", ours_end_});
    must({"link", "set", ours_end_, "up"});
    must({"-n", host_, "addr", "add", theirs_ + "/30", "dev", their_end_});
    must({"-n", host_, "link", "set", their_end_, "up"});
    must({"-n", host_, "link", "set", "lo", "up"});
}

// The pair goes with either of its ends.
cable::~cable() {
    ip({"link", "del", ours_end_});
    ip({"netns", "del", host_});
}

std::vector<std::string> cable::there(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"ip", "netns", "exec", host_});
    return arguments;
}

void cable::cut() { must({"-n", host_, "link", "set", their_end_, "down"}); }

void cable::mend() { must({"-n", host_, "link", "set", their_end_, "up"}); }

}  // namespace headroom::fleet
