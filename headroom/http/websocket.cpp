#include "headroom/http/websocket.hpp"

#include <boost/assert.hpp>

#include "headroom/http/detail/websocket_handshake.hpp"

namespace headroom::http {

response upgrade(const request& of, websocket_terms terms, websocket_handler run) {
    BOOST_ASSERT(run && terms.message_max > 0 && terms.queue_max > 0 && terms.idle_max.count() > 0);
    auto agreed = detail::shake_hands(of, terms);
    if (!agreed) {
        if (agreed.error().status == 426)
            return detail::upgrade_required(std::move(agreed.error()));
        return response(std::move(agreed.error()));
    }
    auto out = response::empty(101);
    out.with("Sec-WebSocket-Accept", agreed->accept);
    if (!agreed->protocol.empty()) out.with("Sec-WebSocket-Protocol", agreed->protocol);
    if (agreed->deflate)
        out.with("Sec-WebSocket-Extensions", detail::to_extension(*agreed->deflate));
    out.go_on_as(std::make_unique<detail::websocket_upgrade>(
        std::move(terms), std::move(*agreed), std::move(run)));
    return out;
}

}  // namespace headroom::http
