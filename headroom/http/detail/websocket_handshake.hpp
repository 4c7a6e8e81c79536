// http/detail/websocket_handshake.hpp: whether a request asks for a WebSocket, and what it is told.
#pragma once
#include <expected>
#include <string>
#include <string_view>

#include "headroom/http/detail/message_deflate.hpp"
#include "headroom/http/websocket.hpp"

namespace headroom::http::detail {

/// What both sides have agreed on.
struct websocket_agreement {
    std::string accept;    ///< Sec-WebSocket-Accept
    std::string protocol;  ///< empty: none
    std::optional<deflate_terms> deflate;
};

/// Sections 4.2.1 and 4.2.2, by the letter.
std::expected<websocket_agreement, problem> shake_hands(const request& of,
                                                        const websocket_terms& terms);

/// A 426, and what the client may become to be served (RFC 9110 section 15.5.22).
response upgrade_required(problem why);

/// Sec-WebSocket-Accept for that key.
std::string accept_of(std::string_view key);

/// What becomes of the connection once its 101 is sent.
struct websocket_upgrade final : continuation {
    websocket_upgrade(websocket_terms as, websocket_agreement with, websocket_handler how)
        : terms(std::move(as)), agreed(std::move(with)), run(std::move(how)) {}
    websocket_upgrade* websocket() noexcept override { return this; }

    const websocket_terms terms;
    const websocket_agreement agreed;
    websocket_handler run;
};

}  // namespace headroom::http::detail
