#include "bench/http_ours.hpp"

#include <utility>

namespace headroom::bench {
namespace {

http::settings on_a_port(http::settings with) {
    if (with.listen == http::settings{}.listen) with.listen = "127.0.0.1:0";
    return with;
}

}  // namespace

our_server::our_server(unsigned reactors, http::settings with, http::router routes,
                       http::access_log log, http::pressure* behind)
    : reactors_(reactors),
      serving_(all(), on_a_port(with), std::move(routes), grants(with),
               std::move(log)) {
    if (behind != nullptr) serving_.shed_under(*behind, with.in_flight_max);
    serving_.start(deadline::after(std::chrono::seconds(1)));
}

std::vector<reactor*> our_server::all() {
    std::vector<reactor*> out;
    for (auto& each : reactors_) out.push_back(&each);
    return out;
}

http::server_grants our_server::grants(const http::settings& of) {
    const auto rows = http::consumers(of, static_cast<unsigned>(reactors_.size()));
    const auto take = [&](std::size_t which) {
        const auto& row = rows[which];
        return files_.open({row.name, static_cast<unsigned>(*row.pool), 0}).value();
    };
    return {take(0), take(1), take(2)};
}

}  // namespace headroom::bench
