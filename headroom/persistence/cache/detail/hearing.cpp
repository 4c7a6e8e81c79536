// What is heard from other processes, what they are owed, and the end.
#include "headroom/persistence/cache/detail/body.hpp"

namespace headroom::cache {
namespace {

using namespace std::chrono_literals;

constexpr auto listen_ms_max = 1'000ms;
constexpr auto again_ms = 1'000ms;  // after a refused subscription
constexpr auto nap_ms = 10ms;       // between two looks whether it is to end
constexpr auto pay_ms = 100ms;      // between two tries; the breaker makes most of them cheap

}  // namespace

void two_level::body::spawn(std::function<task<void>()> what) {
    ++running;
    home.spawn([self = shared_from_this(), what = std::move(what)]() -> task<void> {
        co_await what();
        --self->running;
    });
}

/// The first try is the start's, so that whoever starts with a Redis that is there hears at once.
task<void> two_level::body::begin(deadline by) {
    if (!co_await try_to_listen(by.at_most(listen_ms_max))) spawn([this] { return listen(); });
}

task<void> two_level::body::listen() {
    while (!stopping && !co_await try_to_listen(deadline::after(listen_ms_max))) {
        const auto until = deadline::after(again_ms);
        while (!stopping && !until.passed()) co_await sleep_until(deadline::after(nap_ms));
    }
}

task<bool> two_level::body::try_to_listen(deadline until) {
    redis::channel_listener ears;
    ears.on_message = [this](std::string_view, std::string_view key) { heard(key); };
    ears.on_gap = [this] { restored(); };
    ears.on_lost = [this] { lost(); };
    try {
        told = co_await push->subscribe(shared.keys().channel(), std::move(ears), until);
    } catch (const std::exception&) {
        co_return false;
    }
    shared.proofs().listens();
    co_return true;
}

void two_level::body::heard(std::string_view key) {
    counts.invalidations.add();
    dropped(std::string(key));
}

void two_level::body::dropped(const std::string& key) {
    ++heard_of;
    on_their_way.erase(key);
    refreshing.erase(key);
    near.erase(key);
    show();
}

void two_level::body::drop_all() {
    ++heard_of;
    counts.gaps.add();
    on_their_way.clear();
    refreshing.clear();
    near.clear();
    show();
}

void two_level::body::lost() {
    shared.proofs().lost();
    shared.down();
    drop_all();
}

/// The subscription was made again before this was told.
void two_level::body::restored() {
    drop_all();
    shared.up();
    shared.proofs().listens();
    if (!owed.empty() && !std::exchange(paying, true)) spawn([this] { return pay(); });
}

void two_level::body::prove_soon() {
    if (stopping || std::exchange(proving, true)) return;
    spawn([this]() -> task<void> {
        co_await shared.prove();
        proving = false;
    });
}

// Beyond the bound values end by their time alone.
void two_level::body::owe(const std::vector<std::string>& keys) {
    for (const auto& each : keys)
        if (owed.size() < with.owed_max) owed.insert(each);
    show();
    if (!std::exchange(paying, true)) spawn([this] { return pay(); });
}

/// As soon as Redis hears it.
task<void> two_level::body::pay() {
    while (!stopping && !owed.empty()) {
        const auto keys = std::exchange(owed, {});  // what changes meanwhile is owed again
        const bool told = co_await shared.mark({keys.begin(), keys.end()}, record_kind::open,
                                               deadline::after(with.redis_ms_max));
        if (!told) owed.insert(keys.begin(), keys.end());
        show();
        if (!owed.empty()) co_await sleep_until(deadline::after(pay_ms));
    }
    paying = false;
}

task<void> two_level::body::settle(deadline until) {
    stopping = true;
    // Also beyond the deadline: a load refers to what ends after this, and has a deadline itself.
    while (running > 0) co_await sleep_until(deadline::after(1ms));
    told.end();
    drop_all();
    co_await push->stop(until);
}

}  // namespace headroom::cache
