// tests/http/proxies.hpp: what stands between a client and our server.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace headroom::http {

/// Passes requests on over connections it keeps alive and never repeats one. Each that it sends
/// carries an id of its own in X-Proxy-Request.
class proxy {
public:
    virtual ~proxy() = default;
    /// Where clients ask.
    virtual std::uint16_t port() const = 0;
    /// The ids of all requests it has passed on and had an answer to that was no refusal by the
    /// parser; nothing when it keeps no such record.
    virtual std::optional<std::set<std::string>> passed_on() const = 0;
};

/// "nginx", "haproxy", "haproxy_lenient" (it lets invalid requests through) or "varnish".
std::unique_ptr<proxy> make_proxy(const std::string& kind, std::uint16_t upstream);

}  // namespace headroom::http
