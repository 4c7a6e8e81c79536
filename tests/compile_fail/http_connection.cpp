// A client's connection holds the lease that was taken before its socket was accepted.
#include "headroom/http/detail/connection.hpp"

using namespace headroom;
using namespace headroom::http::detail;

void admit(std::shared_ptr<listener> home, presence here, budget::lease unit, tcp_socket socket) {
#ifdef WITHOUT_A_LEASE
    connection one(std::move(home), std::move(here), std::move(socket), "");
#else
    connection one(std::move(home), std::move(here), std::move(unit), std::move(socket), "");
#endif
}
