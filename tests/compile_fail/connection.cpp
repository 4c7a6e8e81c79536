// A connection to PostgreSQL is constructed from the unit it uses.
#include "headroom/persistence/connection.hpp"

void open(headroom::reactor& home, [[maybe_unused]] headroom::budget::lease unit) {
#ifdef WITHOUT_A_LEASE
    headroom::persistence::connection to(home, headroom::persistence::connection_options{});
#else
    headroom::persistence::connection to(home, std::move(unit), {});
#endif
}
