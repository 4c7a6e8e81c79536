// http/detail/message_deflate.hpp: permessage-deflate (RFC 7692): agreed on, inflated, deflated.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/http/fields.hpp"

namespace headroom::http::detail {

/// What both sides keep to. Window sizes as powers of two.
struct deflate_terms {
    int server_bits = 12, client_bits = 15;
    bool server_keeps = true, client_keeps = true;  ///< the window from one message to the next
    bool operator==(const deflate_terms&) const = default;
};

/// The largest window of ours: 32 KiB of memory a session, for both ends of it.
inline constexpr int window_bits_max = 12;

/// The first offer among these fields that we can keep to (section 7.1), or nothing.
std::optional<deflate_terms> choose_deflate(const fields& headers);
/// What Sec-WebSocket-Extensions answers to it.
std::string to_extension(const deflate_terms& of);

/// Takes a message apart that the client has compressed. Inflates no more than it is allowed to.
class message_inflater {
public:
    explicit message_inflater(const deflate_terms& of);
    ~message_inflater();
    message_inflater(const message_inflater&) = delete;
    message_inflater& operator=(const message_inflater&) = delete;

    enum class outcome { ok, too_big, malformed };
    /// Appends to `out` what the bytes inflate to, as long as that has no more than `size_max`.
    outcome inflate(std::string_view bytes, std::string& out, std::size_t size_max);
    /// The message is whole.
    outcome finish(std::string& out, std::size_t size_max);

private:
    struct state;
    const std::unique_ptr<state> of_;
};

class message_deflater {
public:
    explicit message_deflater(const deflate_terms& of);
    ~message_deflater();
    message_deflater(const message_deflater&) = delete;
    message_deflater& operator=(const message_deflater&) = delete;

    /// A whole message, not empty, compressed. Valid until the next call.
    std::string_view deflate(std::string_view message);

private:
    struct state;
    const std::unique_ptr<state> of_;
};

}  // namespace headroom::http::detail
