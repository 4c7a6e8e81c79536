// http/websocket.hpp: messages both ways over one connection (RFC 6455).
//
//     routes.get("/live", [](request& of) -> task<response> {
//         co_return upgrade(of, {}, [](websocket& with) -> task<> {
//             while (auto said = co_await with.receive()) co_await with.send(std::move(*said));
//         });
//     });
//
// A handler decides to upgrade like it decides on any answer: after the middlewares, so whoever has
// to be known is known by then. The session counts in settings::streams_max.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/http/request.hpp"
#include "headroom/http/response.hpp"
#include "headroom/runtime/task.hpp"

namespace headroom::http {

/// Why a session ends (section 7.4.1). Others have to lie between 3000 and 4999.
enum class close_code : std::uint16_t {
    normal = 1000,
    going_away = 1001,  ///< the server is stopping, or nobody has said anything for too long
    protocol_error = 1002,
    unsupported = 1003,  ///< a kind of message the handler does not take
    not_utf8 = 1007,     ///< or not what permessage-deflate would make
    policy = 1008,
    too_big = 1009,
    broken = 1011,  ///< the handler failed, or the client gives no sign of life
};

struct websocket_message {
    std::string data;  ///< UTF-8 unless binary
    bool binary = false;
};

/// One session, for its handler: on its connection's reactor alone, and as long as the handler
/// runs.
class websocket {
public:
    /// The next message, however long it takes; nothing once the session is over, whoever ended it.
    /// One caller at a time, which does not send meanwhile: what others have to say they post().
    virtual task<std::optional<websocket_message>> receive() = 0;
    /// Returns once little enough of it is unsent; false when the session is over. A client that
    /// does not take it within waits::write_max is closed.
    virtual task<bool> send(websocket_message what) = 0;
    /// Sends without waiting, from any task on this reactor. False when the session is over, or the
    /// client slow: websocket_terms::queue_max bytes wait for it already.
    virtual bool post(websocket_message what) = 0;
    /// Sends nothing more after what has been sent. `reason`: at most 123 bytes of UTF-8.
    virtual void close(close_code why, std::string_view reason = {}) = 0;
    /// The subprotocol agreed on; empty for none.
    virtual std::string_view protocol() const noexcept = 0;

protected:
    ~websocket() = default;
};

/// Checked by upgrade(). Sizes in bytes.
struct websocket_terms {
    /// Whose pages may open it: "https://app.example"; empty: those that were had by
    /// the scheme, host and port they ask. Clients that are no browsers send none, and pass.
    std::vector<std::string> origins{};
    std::vector<std::string> protocols{};     ///< subprotocols, the best first
    std::size_t message_max = 1024 * 1024;    ///< of a message, inflated; above: closed with 1009
    std::size_t queue_max = 256 * 1024;       ///< that wait for a slow client
    std::chrono::milliseconds idle_max{600'000};  ///< without a message either way: closed, 1001
    bool deflate = true;                      ///< permessage-deflate (RFC 7692), if asked for
};

/// Runs once the client has been answered; the session is closed when it returns (1000) or throws
/// (1011). Cancelled when the client leaves, and at the end of a drain, at whose beginning the
/// session is closed (1001). request::until has nothing to do with it: hand deadlines of its own
/// to every wait.
using websocket_handler = std::move_only_function<task<>(websocket& with)>;

/// Answers a handshake: 101 when it is one, else the problem with it (400, 403, 426).
response upgrade(const request& of, websocket_terms terms, websocket_handler run);

}  // namespace headroom::http
