#include "headroom/fleet/redis_info.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "headroom/runtime/quantity.hpp"

namespace headroom::fleet {
namespace {

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

class url_reader {
public:
    std::expected<redis_info, std::vector<std::string>> read(std::string_view url) {
        if (url.size() > redis_url_bytes_max)
            fault(fmt::format("longer than {} bytes", redis_url_bytes_max));
        else
            take(url);
        if (faults_.empty() && info_.host.empty() && info_.socket.empty())
            fault("a host is missing");
        if (!faults_.empty()) return std::unexpected(std::move(faults_));
        return std::move(info_);
    }

private:
    void fault(std::string text) { faults_.push_back(std::move(text)); }

    void take(std::string_view url) {
        const auto scheme = url.substr(0, std::min(url.find("://"), url.size()));
        const bool is_socket = scheme == "unix" || scheme == "redis+socket";
        info_.tls = scheme == "rediss";
        if (!is_socket && scheme != "redis" && scheme != "rediss")
            return fault("must begin with redis://, rediss:// or unix://");
        auto rest = url.substr(std::min(scheme.size() + 3, url.size()));
        if (const auto at = rest.rfind('@'); at != std::string_view::npos) {
            take_user(rest.substr(0, at));
            rest.remove_prefix(at + 1);
        }
        const auto query = std::min(rest.find('?'), rest.size());
        if (query < rest.size()) take_query(rest.substr(query + 1));
        rest = rest.substr(0, query);
        if (is_socket)
            info_.socket = decoded(rest, "socket's path");
        else
            take_host(rest.substr(0, std::min(rest.find('/'), rest.size())));
    }

    void take_user(std::string_view user_info) {
        const auto colon = user_info.find(':');
        // A user without a password is how some libraries write a password alone.
        if (colon == std::string_view::npos)
            return void(info_.password = secret(decoded(user_info, "password")));
        info_.user = decoded(user_info.substr(0, colon), "user");
        info_.password = secret(decoded(user_info.substr(colon + 1), "password"));
    }

    void take_host(std::string_view host) {
        const auto bracket = host.starts_with('[') ? host.find(']') : 0;
        if (bracket == std::string_view::npos) return fault("the bracket of the address is open");
        const auto colon = std::min(host.find(':', bracket), host.size());
        auto name = host.substr(0, colon);
        if (name.starts_with('[')) name = name.substr(1, bracket - 1);
        if (name.find(',') != std::string_view::npos) fault("one host only: each is audited alone");
        info_.host = decoded(name, "host");
        if (colon >= host.size()) return;
        const auto port = parse_number(host.substr(colon + 1));
        if (!port || *port == 0 || *port > 65'535) return fault("the port must be 1 to 65535");
        info_.port = static_cast<unsigned>(*port);
    }

    void take_query(std::string_view query) {
        while (!query.empty()) {
            const auto end = std::min(query.find('&'), query.size());
            const auto pair = query.substr(0, end);
            const auto equals = std::min(pair.find('='), pair.size());
            take_parameter(pair.substr(0, equals), pair.substr(std::min(equals + 1, pair.size())));
            query.remove_prefix(std::min(end + 1, query.size()));
        }
    }

    /// Parameters of client libraries that an audit has no use for are left alone.
    void take_parameter(std::string_view name, std::string_view value) {
        if (name == "password") info_.password = secret(decoded(value, "password"));
        if (name == "user" || name == "username") info_.user = decoded(value, "user");
        if (name == "ssl_ca_certs") info_.authorities = decoded(value, "ssl_ca_certs");
        if (name != "ssl_cert_reqs") return;
        if (value != "none" && value != "required") fault("ssl_cert_reqs must be none or required");
        info_.verify = value != "none";
    }

    std::string decoded(std::string_view text, std::string_view named) {
        std::string plain;
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '%') {
                plain += text[i];
                continue;
            }
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
            if (low < 0 || high + low == 0) {
                wipe(plain);
                fault(fmt::format("the {} is not percent-encoded; write '%' as %25", named));
                return {};
            }
            plain += static_cast<char>(high * 16 + low);
            i += 2;
        }
        return plain;
    }

    redis_info info_;
    std::vector<std::string> faults_;
};

std::string printable(std::string text) {
    std::ranges::replace_if(
        text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

}  // namespace

std::string redis_info::describe() const {
    const auto who = user.empty() ? "" : printable(user) + "@";
    if (!socket.empty()) return who + printable(socket);
    const bool bracketed = host.find(':') != std::string::npos;
    return fmt::format("{}{}{}{}:{}{}", who, bracketed ? "[" : "", printable(host),
                       bracketed ? "]" : "", port, tls ? " tls" : "");
}

std::expected<redis_info, std::vector<std::string>> parse_redis_info(std::string_view url) {
    return url_reader().read(url);
}

}  // namespace headroom::fleet
