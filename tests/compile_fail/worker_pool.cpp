// A pool has as many threads as it was given leases; a number is not enough.
#include "headroom/runtime/worker_pool.hpp"

void start([[maybe_unused]] std::vector<headroom::budget::lease> threads) {
#ifdef WITHOUT_A_LEASE
    headroom::worker_pool pool("blocking", 4);
#else
    headroom::worker_pool pool("blocking", std::move(threads));
#endif
}
