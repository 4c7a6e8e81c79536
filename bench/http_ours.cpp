#include "bench/http_ours.hpp"

#include <sys/resource.h>

#include <utility>

namespace headroom::bench {
namespace {

double seconds(const timeval& of) {
    return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6;
}

double thread_cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_THREAD, &used);
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

http::settings on_any_port(http::settings with) {
    with.listen = "127.0.0.1:0";
    return with;
}

}  // namespace

our_server::our_server(unsigned reactors, http::settings with, http::router routes,
                       http::access_log log, http::pressure* behind)
    : reactors_(reactors),
      serving_(all(), on_any_port(with), std::move(routes), grants(with),
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

double our_server::cpu_seconds() {
    double out = 0;
    for (auto& each : reactors_)
        each.run_blocking([&]() -> task<void> {
            out += thread_cpu_seconds();
            co_return;
        });
    return out;
}

}  // namespace headroom::bench
