#include "headroom/http/detail/websocket_session.hpp"

#include <boost/assert.hpp>
#include <utility>

namespace headroom::http::detail {
namespace {

constexpr std::size_t compressed_bytes_min = 64;  // less does not become shorter
constexpr std::size_t reason_bytes_max = control_bytes_max - 2;

std::string close_payload(unsigned code, std::string_view reason) {
    if (code == 0) return {};
    std::string out{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)};
    // No character is cut in two.
    auto size = std::min(reason.size(), reason_bytes_max);
    while (size < reason.size() && size > 0 && (reason[size] & 0xc0) == 0x80) --size;
    return out.append(reason.substr(0, size));
}

}  // namespace

websocket_session::websocket_session(std::string& to, const websocket_terms& terms,
                                     const std::optional<deflate_terms>& deflate,
                                     const pulse_terms& pulse, time now)
    : to_(to),
      reader_(terms.message_max, deflate),
      deflater_(deflate ? std::make_unique<message_deflater>(*deflate) : nullptr),
      pulse_(pulse, now) {}

std::size_t websocket_session::take(std::string_view bytes, time now) {
    std::size_t used = 0;
    while (listens() && used < bytes.size()) {
        used += reader_.read(bytes.substr(used));
        if (reader_.at() != websocket_reader::state::more) note(now);
    }
    if (client_closed_) used = bytes.size();  // nothing it says counts any more
    bytes_in_ += used;
    return used;
}

// Something is complete.
void websocket_session::note(time now) {
    using state = websocket_reader::state;
    const auto what = reader_.at();
    if (what == state::closed || what == state::failed) {
        close(reader_.code(), "", now);
        client_closed_ = true;
        return;
    }
    if (what == state::message) pulse_.speak(now);
    if (what == state::message && !we_closed_) inbox_ = std::move(reader_.message());
    if (what == state::ping && !we_closed_) append(opcode::pong, reader_.payload());
    reader_.next();
}

std::optional<websocket_message> websocket_session::message() {
    return std::exchange(inbox_, std::nullopt);
}

void websocket_session::say(const websocket_message& what, time now) {
    BOOST_ASSERT(open());
    pulse_.speak(now);
    const auto of = what.binary ? opcode::binary : opcode::text;
    if (deflater_ == nullptr || what.data.size() < compressed_bytes_min)
        return append(of, what.data);
    append(of, deflater_->deflate(what.data), true);
}

void websocket_session::close(unsigned code, std::string_view reason, time now) {
    if (std::exchange(we_closed_, true)) return;
    append(opcode::close, close_payload(code, reason));
    pulse_.close(now);
}

bool websocket_session::beat(time now) {
    if (!listens()) pulse_.hear(now);  // it may have answered, and we do not read it
    switch (pulse_.at(now)) {
        case websocket_pulse::verdict::stalled:
            return false;
        case websocket_pulse::verdict::silent:
            close(static_cast<unsigned>(close_code::broken), "no sign of life", now);
            return true;
        case websocket_pulse::verdict::idle:
            close(static_cast<unsigned>(close_code::going_away), "idle", now);
            return true;
        case websocket_pulse::verdict::ping:
            append(opcode::ping, {});
            return true;
        default:
            return true;
    }
}

void websocket_session::append(opcode of, std::string_view payload, bool compressed) {
    const auto before = to_.size();
    append_frame(to_, of, payload, compressed);
    bytes_out_ += to_.size() - before;
}

}  // namespace headroom::http::detail
