// http/cors.hpp: which pages of other origins may read our answers (the Fetch standard, CORS).
//
// The server applies it where answers are written, so that every one carries it whose request's
// Origin was understood: errors of the parser, 404, 405, 413, 500, 503 and 504 too. A preflight is
// answered before any middleware: a browser sends it without credentials.
#pragma once
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/http/request.hpp"
#include "headroom/http/response.hpp"
#include "headroom/runtime/setting_reader.hpp"

namespace headroom::http {

/// The CORS_* variables. Without allow_origins nothing is said, and browsers allow nothing.
struct cors_settings {
    /// "https://app.example", or "*" alone for every page that sends no credentials.
    std::vector<std::string> allow_origins{};
    std::vector<std::string> allow_methods{"*"};  ///< "*": those a route can serve
    std::vector<std::string> allow_headers{"*"};  ///< "*": those the preflight asks for
    std::vector<std::string> expose_headers{"X-Request-Id"};
    bool allow_credentials = false;
    std::chrono::seconds max_age{600};  ///< how long a browser keeps a preflight's answer
};

/// One sentence for each thing that is wrong; "*" with credentials above all: a browser would
/// refuse it, and a server that mirrored the origin instead would open every session to every page.
std::vector<std::string> faults(const cors_settings& of);

/// CORS_ALLOW_ORIGINS, CORS_ALLOW_METHODS, CORS_ALLOW_HEADERS, CORS_ALLOW_CREDENTIALS,
/// CORS_EXPOSE_HEADERS and CORS_MAX_AGE.
cors_settings read_cors_settings(setting_reader& from);

/// Immutable: read from every reactor.
class cors {
public:
    /// Requires settings without faults().
    explicit cors(const cors_settings& with);

    /// A browser's question whether it may send a request. Always false without allowed origins:
    /// an OPTIONS request is an ordinary one then.
    bool is_preflight(const request& of) const noexcept;
    /// 204; whether the origin is allowed is said by mark().
    response preflight(const request& of) const;
    /// Adds what the page's origin may do, and Vary: Origin wherever the answer depends on it.
    void mark(const fields& asked, response& answer) const;

private:
    bool allows(std::string_view origin) const noexcept;

    bool any_origin_ = false, any_header_ = false, credentials_ = false;
    std::vector<std::string> origins_;
    std::string methods_, headers_, exposed_, max_age_;
};

}  // namespace headroom::http
