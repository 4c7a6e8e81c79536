// A thread starts from a lease only.
#include "headroom/runtime/leased_thread.hpp"

headroom::leased_thread start([[maybe_unused]] headroom::budget::lease unit) {
#ifdef WITHOUT_A_LEASE
    return headroom::leased_thread("worker", [] {});
#else
    return headroom::leased_thread(std::move(unit), "worker", [] {});
#endif
}
