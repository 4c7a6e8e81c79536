#include "tests/http/proxies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <sstream>

#include "headroom/testing/private_haproxy.hpp"
#include "headroom/testing/private_nginx.hpp"
#include "headroom/testing/private_varnish.hpp"

namespace headroom::http {
namespace {

// What only a request that was understood is answered here.
constexpr std::array understood{"200", "404", "405"};

// Lines "sent ID STATUS" among others.
std::set<std::string> ids_in(const std::string& log) {
    std::set<std::string> ids;
    std::istringstream lines(log);
    for (std::string line; std::getline(lines, line);) {
        std::istringstream words(line.starts_with("sent ") ? line.substr(5) : "");
        std::string id, status;
        if (words >> id >> status && std::ranges::find(understood, status) != understood.end())
            ids.insert(id);
    }
    return ids;
}

class behind_nginx : public proxy {
public:
    explicit behind_nginx(std::uint16_t upstream) {
        testing::give_to(testing::server_user(), logs_.path());
        process_.emplace(configuration(upstream), std::vector{port_});
    }
    std::uint16_t port() const override { return port_; }
    std::optional<std::set<std::string>> passed_on() const override {
        return ids_in(testing::read_file(logs_.file("access")));
    }

private:
    // Without buffering of requests it passes chunks on as it reads them.
    std::string configuration(std::uint16_t upstream) const {
        return fmt::format(
            "log_format sent 'sent $request_id $upstream_status';\n"
            "underscores_in_headers on; ignore_invalid_headers off;\n"
            "upstream ours {{ server 127.0.0.1:{}; keepalive 4; }}\n"
            "server {{ listen 127.0.0.1:{}; access_log {} sent;\n"
            "location / {{ proxy_pass http://ours; proxy_http_version 1.1;\n"
            "proxy_set_header Connection ''; proxy_set_header X-Proxy-Request $request_id;\n"
            "proxy_request_buffering off; proxy_next_upstream off; }} }}\n",
            upstream, port_, logs_.file("access"));
    }

    const testing::temp_directory logs_;
    const std::uint16_t port_ = testing::free_port();
    std::optional<testing::private_nginx> process_;
};

class behind_haproxy : public proxy {
public:
    behind_haproxy(std::uint16_t upstream, bool lenient)
        : process_(configuration(upstream, lenient), {port_}) {}
    std::uint16_t port() const override { return port_; }
    std::optional<std::set<std::string>> passed_on() const override {
        return ids_in(process_.log());
    }

private:
    std::string configuration(std::uint16_t upstream, bool lenient) const {
        return fmt::format(
            "frontend front\n    bind 127.0.0.1:{}\n    log stdout format raw daemon\n"
            "    unique-id-format %[uuid()]\n    unique-id-header X-Proxy-Request\n"
            "    log-format \"sent %ID %ST\"\n    default_backend back\n{}"
            "backend back\n    retries 0\n    http-reuse always\n"
            "    server ours 127.0.0.1:{}\n",
            port_, lenient ? "    option accept-invalid-http-request\n" : "", upstream);
    }

    const std::uint16_t port_ = testing::free_port();
    testing::private_haproxy process_;
};

class behind_varnish : public proxy {
public:
    explicit behind_varnish(std::uint16_t upstream) : process_(configuration(upstream), port_) {}
    std::uint16_t port() const override { return port_; }
    std::optional<std::set<std::string>> passed_on() const override { return {}; }

private:
    static std::string configuration(std::uint16_t upstream) {
        return fmt::format(
            "vcl 4.1;\nbackend ours {{ .host = \"127.0.0.1\"; .port = \"{}\"; }}\n"
            "sub vcl_recv {{ if (req.method == \"PRI\") {{ return (synth(405)); }}\n"
            "    return (pass); }}\n"
            "sub vcl_backend_fetch {{ set bereq.http.X-Proxy-Request = bereq.xid; }}\n",
            upstream);
    }

    const std::uint16_t port_ = testing::free_port();
    testing::private_varnish process_;
};

}  // namespace

std::unique_ptr<proxy> make_proxy(const std::string& kind, std::uint16_t upstream) {
    if (kind == "nginx") return std::make_unique<behind_nginx>(upstream);
    if (kind == "varnish") return std::make_unique<behind_varnish>(upstream);
    return std::make_unique<behind_haproxy>(upstream, kind == "haproxy_lenient");
}

}  // namespace headroom::http
