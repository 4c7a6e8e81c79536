// bench/pool.cpp: what it costs to take a session and to give it back.
//
// Measures the queue of the session pool with a stand-in for the connection: no database is needed
// and none is touched. Beside it, in the same run, the floor that a pool of this kind cannot go
// below: a vector of pointers under a mutex, without holders, figures, deadlines or order.
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstring>
#include <memory>
#include <mutex>
#include <vector>

#include "headroom/persistence/detail/session_queue.hpp"
#include "headroom/runtime/leased_thread.hpp"

namespace {

using namespace headroom;
using namespace headroom::persistence;
using wall = std::chrono::steady_clock;

constexpr unsigned threads_contending = 8, slots = 8, rounds = 61;
constexpr std::size_t pairs_a_round = 50'000;

/// The floor: last in, first out, and nothing else.
class plain_pool {
public:
    plain_pool() {
        for (auto& each : places_) idle_.push_back(&each);
    }
    void pair() {
        std::unique_lock lock(mutex_);
        auto* place = idle_.back();
        idle_.pop_back();
        lock.unlock();
        std::scoped_lock again(mutex_);
        idle_.push_back(place);
    }

private:
    struct place {};
    std::mutex mutex_;
    place places_[slots];
    std::vector<place*> idle_;
};

/// The pool's own: a hold on behalf of a holder, from a line of the code, given back by value.
class session_pool {
public:
    session_pool() : queue_({}, slots, slots, wall::now) {
        for (auto& each : places_) queue_.add(each);
        while (auto* slot = queue_.begin_opening()) queue_.ready(*slot);
    }
    ~session_pool() { queue_.close(todo_); }
    void pair() {
        thread_local budget::holder work("bench");
        auto lent = queue_.try_take({&work, std::source_location::current()});
        BOOST_ASSERT(lent);
        { const auto mark = std::move(lent.mark); }
        queue_.give(*lent.slot, lent.generation);
    }
    /// As the keeper does every tick, so that no session grows stale.
    void tick() {
        todo_.clear();
        queue_.tick(false, todo_);
    }

private:
    detail::session_slot places_[slots];
    detail::chores todo_;
    detail::session_queue queue_;
};

/// Nanoseconds of wall time a pair, all threads together: what one more pair costs the process.
template <class Pool>
double round_ns(Pool& pool, unsigned threads, budget::grant& share) {
    std::atomic<unsigned> ready{0};
    std::atomic<bool> go{false};
    std::vector<leased_thread> running;
    for (unsigned i = 0; i < threads; ++i)
        running.emplace_back(share.take().value(), "bench", [&] {
            ready.fetch_add(1);
            while (!go.load()) std::this_thread::yield();
            for (std::size_t n = 0; n < pairs_a_round / threads; ++n) pool.pair();
        });
    while (ready.load() < threads) std::this_thread::yield();
    const auto begin = wall::now();
    go.store(true);
    for (auto& each : running) each.join();
    const std::chrono::duration<double, std::nano> took = wall::now() - begin;
    return took.count() / static_cast<double>(pairs_a_round);
}

struct figure {
    double best = 0, median = 0;
};

figure summary(std::vector<double> each) {
    std::ranges::sort(each);
    return {each.front(), each[each.size() / 2]};
}

struct comparison {
    figure floor, ours;
};

/// Rounds alternate, so that a noisy neighbour disturbs both alike, and are short, so that some are
/// not disturbed at all: the best of each is compared with the target.
comparison compare(unsigned threads, budget::grant& share) {
    plain_pool plain;
    session_pool sessions;
    std::vector<double> floor, ours;
    for (unsigned i = 0; i < rounds; ++i) {
        floor.push_back(round_ns(plain, threads, share));
        sessions.tick();
        ours.push_back(round_ns(sessions, threads, share));
    }
    return {summary(floor), summary(ours)};
}

void print(const char* name, const comparison& of, double target, bool json) {
    if (json)
        fmt::print("{{\"bench\":\"pool\",\"case\":\"{}\",\"stand_in\":true,\"ns\":{:.1f},"
                   "\"ns_median\":{:.1f},\"floor_ns\":{:.1f},\"floor_ns_median\":{:.1f},"
                   "\"target_ns\":{:.0f},\"met\":{}}}\n",
                   name, of.ours.best, of.ours.median, of.floor.best, of.floor.median, target,
                   of.ours.best <= target);
    else
        fmt::print("{:<24} {:>6.1f} ns a pair (median {:.1f}); mutex and vector {:.1f} (median "
                   "{:.1f}); target {:.0f}\n",
                   name, of.ours.best, of.ours.median, of.floor.best, of.floor.median, target);
}

}  // namespace

int main(int argc, char** argv) {
    const bool json = argc > 1 && std::strcmp(argv[1], "--json") == 0;
    budget::ledger threads("threads", threads_contending);
    auto share = threads.open({"bench", threads_contending, 0}).value();
    print("session uncontended", compare(1, share), 60, json);
    print("session, 8 threads", compare(threads_contending, share), 100, json);
}
