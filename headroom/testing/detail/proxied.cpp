#include "headroom/testing/detail/proxied.hpp"

#include <unistd.h>

#include <algorithm>

#include "headroom/testing/detail/loopback.hpp"

namespace headroom::testing::detail {

proxied::~proxied() {
    if (broken_) {
        reset(client_);
    } else {
        close(client_);
    }
    close(server_);
}

std::pair<pollfd, pollfd> proxied::interests(flow::clock::time_point now) const {
    return {interest(client_, up_, down_, now), interest(server_, down_, up_, now)};
}

pollfd proxied::interest(int socket, const flow& in, const flow& out,
                         flow::clock::time_point now) const {
    const int events =
        (in.wants_to_read(how) ? POLLIN : 0) | (out.wants_to_write(how, now) ? POLLOUT : 0);
    // Without interest a hang-up must not wake us again and again.
    return {events != 0 ? socket : -1, static_cast<short>(events), 0};
}

std::optional<flow::clock::time_point> proxied::due(flow::clock::time_point now) const {
    std::optional<flow::clock::time_point> soonest;
    for (const auto* each : {&up_, &down_})
        if (const auto at = each->due(how); at && *at > now)
            soonest = std::min(soonest.value_or(*at), *at);
    return soonest;
}

void proxied::move_bytes(const pollfd& at_client, const pollfd& at_server,
                         flow::clock::time_point now) {
    step(up_, at_client, at_server, now);
    if (!broken_) step(down_, at_server, at_client, now);
}

void proxied::step(flow& one, const pollfd& from, const pollfd& to, flow::clock::time_point now) {
    constexpr short gone = POLLERR | POLLHUP;
    if ((from.revents & (POLLIN | gone)) != 0 && one.wants_to_read(how))
        broken_ = !one.read(how, now);
    if (!broken_ && (to.revents & (POLLOUT | gone)) != 0 && one.wants_to_write(how, now))
        broken_ = !one.write(how, now);
}

}  // namespace headroom::testing::detail
