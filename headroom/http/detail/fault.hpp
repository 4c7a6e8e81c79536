// http/detail/fault.hpp: why bytes are not a request we accept.
#pragma once
#include <expected>
#include <string_view>

namespace headroom::http::detail {

/// Answered as a problem of this status; the connection closes, for what follows cannot be trusted.
struct fault {
    unsigned status = 400;
    std::string_view detail;  ///< a literal: a sentence for the client, never an echo of its bytes
    bool operator==(const fault&) const = default;
};

template <class T>
using parsed = std::expected<T, fault>;

inline std::unexpected<fault> bad(std::string_view detail, unsigned status = 400) {
    return std::unexpected(fault{status, detail});
}

}  // namespace headroom::http::detail
