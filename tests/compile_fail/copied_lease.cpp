// One unit has one holder: a lease moves, it is never copied.
#include "headroom/budget/ledger.hpp"

headroom::budget::lease hand_on(headroom::budget::lease& unit) {
#ifdef WITHOUT_A_LEASE
    return unit;
#else
    return std::move(unit);
#endif
}
