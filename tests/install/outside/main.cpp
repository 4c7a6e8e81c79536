// A program of somebody else's: one ledger, one grant, one thread that starts from a lease.
#include <atomic>

#include "headroom/budget/ledger.hpp"
#include "headroom/runtime/leased_thread.hpp"

int main() {
    headroom::budget::ledger threads("threads", 1);
    auto share = threads.open({.consumer = "outside.worker", .floor = 1});
    auto unit = share->take();
    std::atomic<bool> ran = false;
    headroom::leased_thread worker(std::move(*unit), "outside", [&] { ran = true; });
    const bool refused = !share->take().has_value();
    worker.join();
    return ran && refused && threads.held() == 0 ? 0 : 1;
}
