#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "headroom/persistence/connect_info.hpp"

namespace headroom::persistence {
namespace {

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// Nothing when a '%' is not followed by two hexadecimal digits, or stands for a NUL.
std::optional<std::string> percent_decoded(std::string_view text) {
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
            return {};
        }
        plain += static_cast<char>(high * 16 + low);
        i += 2;
    }
    return plain;
}

// One pass over scheme, authority, path and query; each part reports its own fault.
class url_parser {
public:
    std::expected<connect_info, connect_faults> parse(std::string_view url, tls_default tls) {
        if (url.size() > url_bytes_max)
            fault(fmt::format("longer than {} bytes", url_bytes_max));
        else if (take_scheme(url))
            take_rest(url);
        if (!faults_.empty()) return std::unexpected(std::move(faults_));
        return checked(std::move(info_), tls);
    }

private:
    void fault(std::string text) { faults_.push_back(std::move(text)); }

    bool take_scheme(std::string_view& url) {
        for (const std::string_view scheme : {"postgresql://", "postgres://"})
            if (url.starts_with(scheme)) {
                url.remove_prefix(scheme.size());
                return true;
            }
        const bool has_driver = url.starts_with("postgresql+") || url.starts_with("postgres+");
        fault(has_driver ? "the scheme must be postgresql, without a driver's name behind '+'"
                         : "must begin with postgresql:// or postgres://");
        return false;
    }

    void take_rest(std::string_view url) {
        if (url.contains('#')) fault("a raw '#' stands in it; write %23");
        const auto query = std::min(url.find('?'), url.size());
        const auto path = std::min(url.substr(0, query).find('/'), query);
        take_authority(url.substr(0, path));
        if (path < query)
            assign(info_.database, url.substr(path + 1, query - path - 1), "database");
        if (query < url.size()) take_query(url.substr(query + 1));
    }

    void take_authority(std::string_view authority) {
        const auto at = authority.rfind('@');
        if (at != std::string_view::npos) {
            take_user(authority.substr(0, at));
            authority.remove_prefix(at + 1);
        }
        take_host(authority);
    }

    void take_user(std::string_view user_info) {
        const auto colon = std::min(user_info.find(':'), user_info.size());
        assign(info_.user, user_info.substr(0, colon), "user");
        if (colon == user_info.size()) return;
        if (auto plain = percent_decoded(user_info.substr(colon + 1)))
            info_.password = secret(std::move(*plain));
        else
            fault("the password is not percent-encoded; write '%' as %25");
    }

    void take_host(std::string_view host) {
        if (host.contains(','))
            return fault("one host only: each server is a resource with a limit of its own");
        const auto bracket = host.starts_with('[') ? host.find(']') : 0;
        if (bracket == std::string_view::npos)
            return fault("the bracket around the address is open");
        const auto colon = std::min(host.find(':', bracket), host.size());
        auto name = host.substr(0, colon);
        if (name.starts_with('[')) {
            if (colon != bracket + 1) return fault("after the bracketed address comes only a port");
            name = name.substr(1, bracket - 1);
        }
        assign(info_.host, name, "host");
        if (colon < host.size()) take_port(host.substr(colon + 1));
    }

    void take_port(std::string_view text) {
        if (text.empty()) return;
        unsigned port = 0;
        const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), port);
        if (failed != std::errc() || end != text.data() + text.size() || port == 0 || port > 65535)
            return fault("the port must be 1 to 65535");
        info_.port = port;
    }

    void take_query(std::string_view query) {
        while (!query.empty()) {
            const auto end = std::min(query.find('&'), query.size());
            take_parameter(query.substr(0, end));
            query.remove_prefix(std::min(end + 1, query.size()));
        }
    }

    void take_parameter(std::string_view text) {
        const auto equals = text.find('=');
        const auto name = percent_decoded(text.substr(0, std::min(equals, text.size())));
        auto value = equals == text.npos ? std::nullopt : percent_decoded(text.substr(equals + 1));
        if (!name || !value)
            return fault("an option of the query is not name=value, percent-encoded");
        if (*name == "password") return set_password(std::move(*value));
        if (*name == "port") return take_port(*value);
        const auto target = *name == "host"       ? &info_.host
                            : *name == "hostaddr" ? &info_.hostaddr
                            : *name == "user"     ? &info_.user
                            : *name == "dbname"   ? &info_.database
                                                  : nullptr;
        if (target != nullptr)
            *target = *value;
        else if (!info_.options.try_emplace(*name, *value).second)
            fault("an option of the query is given twice");
    }

    void set_password(std::string text) { info_.password = secret(std::move(text)); }

    void assign(std::string& part, std::string_view text, std::string_view named) {
        if (auto plain = percent_decoded(text))
            part = std::move(*plain);
        else
            fault(fmt::format("the {} is not percent-encoded; write '%' as %25", named));
    }

    connect_info info_;
    connect_faults faults_;
};

}  // namespace

std::expected<connect_info, connect_faults> parse_connect_info(std::string_view url,
                                                               tls_default tls) {
    return url_parser().parse(url, tls);
}

}  // namespace headroom::persistence
