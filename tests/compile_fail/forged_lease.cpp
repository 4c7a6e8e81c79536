// Only a ledger makes leases.
#include "headroom/budget/ledger.hpp"

headroom::budget::lease take([[maybe_unused]] headroom::budget::account& page,
                             [[maybe_unused]] headroom::budget::grant& share) {
#ifdef WITHOUT_A_LEASE
    return headroom::budget::lease(page, std::chrono::steady_clock::now());
#else
    return share.take().value_or(headroom::budget::lease{});
#endif
}
