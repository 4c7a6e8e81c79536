// http/event_stream.hpp: server-sent events (WHATWG HTML, section 9.2).
//
//     co_return event_stream([news = subscribe(last_event_id(of))](deadline due) mutable {
//         return news.next(due);
//     });
#pragma once
#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/http/request.hpp"
#include "headroom/http/response.hpp"

namespace headroom::http {

struct sent_event {
    std::string data;    ///< UTF-8; of any number of lines, which arrive joined by a line feed
    std::string type{};  ///< empty: "message"
    std::string id{};    ///< what the client will say that it has seen; empty: none
};

/// Appends the event as the client reads it. Throws std::invalid_argument when type or id holds a
/// line end or a NUL: it would be another field, or none.
void append_event(std::string& to, const sent_event& of);

/// What happened since the last call; nothing of it when nothing has by `due`; none when the stream
/// ends, after which the client comes back. As body_stream's source in all else.
using event_source =
    std::move_only_function<task<std::optional<std::vector<sent_event>>>(deadline due)>;

inline constexpr std::chrono::milliseconds reconnect_default{3'000};

/// A stream of events. When nothing happens the client is sent a comment, so that it and whoever
/// stands between know that we live. It is asked to come back `reconnect` after the end, at the
/// beginning and again by the drain that ends it.
response event_stream(event_source from, std::chrono::milliseconds reconnect = reconnect_default);

/// The id of the last event the client has seen, or nothing. As untrusted as any field.
std::optional<std::string_view> last_event_id(const request& of);

}  // namespace headroom::http
