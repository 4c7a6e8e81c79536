#include "headroom/testing/tcp_fault_proxy.hpp"

#include "headroom/testing/detail/proxy_loop.hpp"

namespace headroom::testing {

using detail::proxied;
using loop = detail::proxy_loop;

tcp_fault_proxy::tcp_fault_proxy(std::string upstream)
    : loop_(std::make_unique<detail::proxy_loop>(std::move(upstream))),
      thread_(threads_.one(), "fault_proxy", [this] { loop_->run(); }) {
    loop_->order([](loop&) {});  // its thread has its name from here on
}

tcp_fault_proxy::~tcp_fault_proxy() { loop_->order(&loop::stop); }

unsigned short tcp_fault_proxy::port() const noexcept { return loop_->port; }

void tcp_fault_proxy::pass() {
    loop_->order([](loop& on) { on.conduct_all({}); });
}

void tcp_fault_proxy::blackhole() {
    loop_->order([](loop& on) { on.conduct_all({.blackhole = true}); });
}

void tcp_fault_proxy::delay(std::chrono::milliseconds each) {
    loop_->order([each](loop& on) { on.conduct_all({.delay = each}); });
}

void tcp_fault_proxy::throttle(std::size_t bytes_per_second) {
    loop_->order([=](loop& on) { on.conduct_all({.bytes_per_second = bytes_per_second}); });
}

void tcp_fault_proxy::drop() { loop_->order(&loop::break_all); }

void tcp_fault_proxy::refuse_new() { loop_->order(&loop::hang_up); }

void tcp_fault_proxy::accept_new() { loop_->order(&loop::listen); }

void tcp_fault_proxy::blackhole(unsigned number) {
    loop_->order([number](loop& on) {
        on.with(number, [](proxied& one) { one.how = {.blackhole = true}; });
    });
}

void tcp_fault_proxy::pass(unsigned number) {
    loop_->order([number](loop& on) { on.with(number, [](proxied& one) { one.how = {}; }); });
}

void tcp_fault_proxy::drop(unsigned number) {
    loop_->order([number](loop& on) {
        on.with(number, [](proxied& one) { one.break_off(); });
    });
}

std::vector<unsigned> tcp_fault_proxy::open() const {
    std::vector<unsigned> all;
    loop_->order([&](loop& on) { all = on.numbers(); });
    return all;
}

unsigned tcp_fault_proxy::accepted() const {
    unsigned count = 0;
    loop_->order([&](loop& on) { count = on.accepted(); });
    return count;
}

}  // namespace headroom::testing
