// http/detail/websocket_reader.hpp: bytes in, messages and control frames out; no sockets.
//
// The outcome does not depend on how the bytes were split: the fuzzer and the tests hold it to
// that.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "headroom/http/detail/message_deflate.hpp"
#include "headroom/http/detail/utf8_check.hpp"
#include "headroom/http/detail/websocket_frame.hpp"
#include "headroom/http/websocket.hpp"

namespace headroom::http::detail {

/// Whether a peer may send that code (section 7.4).
bool may_be_sent(unsigned code) noexcept;

class websocket_reader {
public:
    enum class state { more, message, ping, pong, closed, failed };

    /// `deflate`: what was agreed on, if it was.
    explicit websocket_reader(std::size_t message_max,
                              const std::optional<deflate_terms>& deflate = {});

    /// Reads on until something is complete, and returns how many of `bytes` it took. Requires
    /// state::more.
    std::size_t read(std::string_view bytes);
    state at() const noexcept { return at_; }
    /// Forgets what was complete. Requires a message, ping or pong.
    void next();

    /// The one that is complete.
    websocket_message& message() noexcept { return message_; }
    /// Of a ping or pong; of a close the reason.
    std::string_view payload() const noexcept { return control_; }
    /// Of a close, 0 when it gives none; when failed, what to close with.
    unsigned code() const noexcept { return code_; }

private:
    std::size_t read_head(std::string_view bytes);
    std::size_t read_payload(std::string_view bytes);
    void begin_frame();
    bool begin_data();
    void end_frame();
    void end_control();
    void end_message();
    void add(std::string_view unmasked);
    bool judge(message_inflater::outcome of, std::size_t size_before);
    void fail(close_code why);

    const std::size_t message_max_;
    std::unique_ptr<message_inflater> inflater_;
    state at_ = state::more;
    std::string head_;  // of the frame, as far as it is there
    frame_head frame_;
    bool in_payload_ = false;
    std::uint64_t left_ = 0;   // of the frame's payload
    unsigned mask_at_ = 0;
    bool in_message_ = false, compressed_ = false;
    std::size_t wire_bytes_ = 0;  // of the message, still compressed
    websocket_message message_;
    utf8_check text_;
    std::string control_;
    unsigned code_ = 0;
};

}  // namespace headroom::http::detail
