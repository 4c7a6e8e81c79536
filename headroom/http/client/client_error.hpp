// http/client/client_error.hpp: why a request got no answer.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

namespace headroom::http {

enum class client_fault {
    not_allowed,  ///< the URL, a field or the address is none this client asks for
    unavailable,  ///< the breaker is open: that server has not answered for a while
    unreachable,  ///< no name, no address, no connection: nothing was sent
    untrusted,    ///< its certificate, or TLS itself
    overdue,      ///< no whole answer in time
    broken,       ///< the connection ended before the answer did
    too_large,    ///< more bytes than the caller takes
    malformed,    ///< what came is no HTTP
};

std::string_view to_string(client_fault of) noexcept;

/// Names the origin, never the path or the query: those may hold secrets.
class client_error : public std::runtime_error {
public:
    client_error(client_fault fault, const std::string& origin, const std::string& why,
                 bool sent = false)
        : std::runtime_error(origin + ": " + why), fault_(fault), sent_(sent) {}
    client_fault fault() const noexcept { return fault_; }
    /// The server may have acted on the request.
    bool sent() const noexcept { return sent_; }

private:
    client_fault fault_;
    bool sent_;
};

}  // namespace headroom::http
