// http/compression.hpp: whether an answer is compressed, and how; decided without sockets.
//
// A compressed body's length tells of its content: where a secret stands beside something an
// attacker chose, the length gives the secret away (BREACH). An answer with a secret therefore says
// response::keep_plain(), and one that sets a cookie is never compressed.
#pragma once
#include <cstdint>
#include <string_view>

#include "headroom/http/fields.hpp"
#include "headroom/http/response.hpp"

namespace headroom::http {

enum class coding : std::uint8_t { identity, gzip, brotli };

std::string_view to_string(coding of) noexcept;  ///< "gzip", "br"

struct compression_settings {
    bool on = true;                                ///< HEADROOM_HTTP_COMPRESSION
    std::size_t bytes_min = 1024;                  ///< smaller answers gain nothing
    std::size_t bytes_max = 4 * 1024 * 1024;       ///< larger ones cost too much to do as they go
    std::size_t slice_bytes = 32 * 1024;           ///< worked at once, then others have their turn
    unsigned at_once_max = 4;                      ///< of more than a slice, on each reactor
};

/// What the client likes best of what we can do: by its weights, br before gzip where they are
/// equal. A client that says nothing gets the body as it is, and so does one that refuses all.
coding preferred_coding(const fields& asked) noexcept;

/// Text, JSON, JavaScript, XML, SVG: not what is compressed already, and no event stream.
bool is_compressible(std::string_view content_type) noexcept;

/// May this answer, or the one that a 304 stands for, be compressed for anybody? If so, its caches
/// must be told of Accept-Encoding.
bool may_compress(const compression_settings& with, const response& answer) noexcept;

}  // namespace headroom::http
