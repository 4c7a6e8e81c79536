// http/detail/websocket_session.hpp: what is said in a session and what it comes to; no sockets.
//
// Bytes of the client go in, messages for the handler come out, and what the client is to be told
// is appended to a buffer of the connection's.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "headroom/http/detail/websocket_handshake.hpp"
#include "headroom/http/detail/websocket_pulse.hpp"
#include "headroom/http/detail/websocket_reader.hpp"

namespace headroom::http::detail {

class websocket_session {
public:
    using time = websocket_pulse::time;

    /// `to` outlives the session.
    websocket_session(std::string& to, const websocket_terms& terms,
                      const std::optional<deflate_terms>& deflate, const pulse_terms& pulse,
                      time now);

    /// Takes what the client sent, as far as one message at a time goes; how many bytes that was.
    /// Pings are answered, and so is a close.
    std::size_t take(std::string_view bytes, time now);
    /// The message that came, once.
    std::optional<websocket_message> message();

    bool has_message() const noexcept { return inbox_.has_value(); }
    /// Wants what the client sends: no message is left lying, or only its close is awaited.
    bool listens() const noexcept { return (!inbox_ || we_closed_) && !client_closed_; }
    /// Neither side has ended it.
    bool open() const noexcept { return !we_closed_ && !client_closed_; }
    /// Both have.
    bool over() const noexcept { return we_closed_ && client_closed_; }

    /// Requires open().
    void say(const websocket_message& what, time now);
    /// Does nothing when it was called before. Reasons are cut to what fits.
    void close(unsigned code, std::string_view reason, time now);
    /// The client is gone without a word.
    void lose() noexcept { we_closed_ = client_closed_ = true; }
    /// Looks after life and idleness; false when the client has to be cut off.
    bool beat(time now);

    websocket_pulse& pulse() noexcept { return pulse_; }
    std::uint64_t bytes_in() const noexcept { return bytes_in_; }
    std::uint64_t bytes_out() const noexcept { return bytes_out_; }

private:
    void note(time now);
    void append(opcode of, std::string_view payload, bool compressed = false);

    std::string& to_;
    websocket_reader reader_;
    std::unique_ptr<message_deflater> deflater_;
    websocket_pulse pulse_;
    std::optional<websocket_message> inbox_;
    bool we_closed_ = false, client_closed_ = false;
    std::uint64_t bytes_in_ = 0, bytes_out_ = 0;
};

}  // namespace headroom::http::detail
