// http/client/client.hpp: the one HTTP client of a process.
//
// Connections to all servers come from one grant and are kept alive between requests; a caller
// waits for one without holding a thread. Names are resolved in the system pool. A server that does
// not answer is asked less often, an attempt that is safe to repeat is repeated, all of it within
// the caller's deadline. HTTP/2 where the server speaks it over TLS. By libcurl.
#pragma once
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headroom/http/client/address_scope.hpp"
#include "headroom/http/client/client_error.hpp"
#include "headroom/http/client/client_settings.hpp"
#include "headroom/http/client/proxies.hpp"
#include "headroom/http/method.hpp"
#include "headroom/observability/trace_position.hpp"
#include "headroom/runtime/reactor.hpp"
#include "headroom/runtime/worker_pool.hpp"

namespace headroom::http {

/// A header field of a client's request or answer, with its own bytes.
struct own_field {
    std::string name, value;
};

/// What we show a server that asks who we are: two PEM files, read when a connection opens.
struct own_certificate {
    std::string certificate_file{}, key_file{};
    bool empty() const noexcept { return certificate_file.empty(); }
};

struct client_request {
    method verb = method::get;
    std::string url;
    std::vector<own_field> fields{};
    std::string body{};
    std::size_t body_bytes_max = 256 * 1024;  ///< of the answer
    unsigned redirects_max = 0;  ///< followed by GET and HEAD alone, never from https to http
    reach where = reach::anywhere;
    /// Twice is the same as once, although its method does not say so.
    bool idempotent = false;
    /// The caller's: sent as traceparent and tracestate, so that the server's work is found with
    /// ours. A request of nobody's has none.
    observability::trace_position trace{};
    /// Shown over TLS to the first origin alone. A connection that has shown one carries no request
    /// with another or without.
    own_certificate certificate{};
};

struct client_answer {
    unsigned status = 0;
    std::vector<own_field> fields;  ///< in the order in which they came
    std::string body;
    std::string url;  ///< the one that answered

    /// The first of that name, without regard to case; "" when there is none.
    std::string_view field(std::string_view name) const noexcept;
};

/// One attempt, for metrics and the log.
struct exchange_record {
    std::string_view origin;  ///< "https://login.example:443"
    method verb = method::get;
    unsigned status = 0;                  ///< 0: no answer
    std::optional<client_fault> fault{};  ///< why there was none
    std::chrono::microseconds took{0};
};

struct client_terms {
    reactor* home = nullptr;  ///< where the connections live; outlives the client
    worker_pool* system = nullptr;  ///< resolves names; likewise
    budget::grant share;            ///< `http.client`
    client_settings with{};
    proxies by{};
    std::function<void(const exchange_record&)> on_exchange{};  ///< on the home reactor
};

struct client_figures {
    unsigned under_way = 0;  ///< requests, waiting ones included
    unsigned open = 0;       ///< connections
    std::uint64_t requests = 0, attempts = 0, repeated = 0, shed = 0;
    std::uint64_t connects = 0;  ///< TCP connections made so far
    std::map<std::string, bool> origins;  ///< asked lately, and whether their breaker is open
};

class client {
public:
    explicit client(client_terms terms);
    /// Requires stop(), or that nothing was sent.
    ~client();
    client(const client&) = delete;
    client& operator=(const client&) = delete;

    /// From any reactor. Any status is an answer, also 500. Throws client_error; budget::refused
    /// when in_flight_max requests are under way; operation_aborted when the caller is cancelled.
    task<client_answer> send(client_request what, deadline until);

    /// Nothing begins any more; what is under way ends, at the deadline without an answer. Closes
    /// all connections. On the home reactor. Idempotent.
    task<void> stop(deadline until);

    /// On the home reactor.
    client_figures figures() const;

private:
    struct body;
    std::shared_ptr<body> body_;
};

}  // namespace headroom::http
