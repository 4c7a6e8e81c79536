// An HTTP server listens and accepts on grants; each socket behind it is opened from one lease.
#include "headroom/http/server.hpp"

void serve(headroom::reactor& on, headroom::http::server_grants grants) {
#ifdef WITHOUT_A_LEASE
    headroom::http::server one({&on}, headroom::http::settings{}, headroom::http::router{});
#else
    headroom::http::server one({&on}, headroom::http::settings{}, headroom::http::router{},
                               std::move(grants));
#endif
}
