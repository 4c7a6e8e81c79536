#include "headroom/http/event_stream.hpp"

#include <stdexcept>
#include <utility>

namespace headroom::http {
namespace {

constexpr std::string_view heartbeat_comment = ":\n\n";
constexpr std::string_view line_ends = "\r\n";

void append_single(std::string& to, std::string_view name, std::string_view value) {
    if (value.empty()) return;
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos)
        throw std::invalid_argument("an event's type or id holds a line end or a NUL");
    to.append(name).append(": ").append(value).append("\n");
}

// CR, LF and CRLF each end a line (section 9.2.5), whoever wrote the text.
void append_data(std::string& to, std::string_view text) {
    for (;;) {
        const auto end = text.find_first_of(line_ends);
        to.append("data: ").append(text.substr(0, end)).append("\n");
        if (end == std::string_view::npos) return;
        text.remove_prefix(end + (text.substr(end).starts_with("\r\n") ? 2 : 1));
    }
}

std::string retry_field(std::chrono::milliseconds after) {
    return "retry: " + std::to_string(after.count()) + "\n\n";
}

// `first`: what is said before anything else, once.
task<std::optional<std::string>> next_text(event_source& from, std::string& first, deadline due) {
    if (!first.empty()) co_return std::exchange(first, {});
    const auto events = co_await from(due);
    if (!events) co_return std::nullopt;
    if (events->empty()) co_return std::string(heartbeat_comment);
    std::string text;
    for (const auto& each : *events) append_event(text, each);
    co_return text;
}

}  // namespace

void append_event(std::string& to, const sent_event& of) {
    append_single(to, "event", of.type);
    append_single(to, "id", of.id);
    append_data(to, of.data);
    to += "\n";
}

response event_stream(event_source from, std::chrono::milliseconds reconnect) {
    body_stream made{.next = [from = std::move(from), first = retry_field(reconnect)](
                                 deadline due) mutable { return next_text(from, first, due); },
                     .lasting = true,
                     .farewell = retry_field(reconnect)};
    auto out = response::stream("text/event-stream", std::move(made));
    out.with("Cache-Control", "no-store").with("X-Accel-Buffering", "no");
    return out;
}

std::optional<std::string_view> last_event_id(const request& of) {
    return of.headers.find("last-event-id");
}

}  // namespace headroom::http
