#include "headroom/persistence/redis/connect_info.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "headroom/runtime/name_resolver.hpp"
#include "headroom/runtime/quantity.hpp"

namespace headroom::redis {
namespace {

constexpr std::size_t unread_max = 16;

int hex_digit(char c) noexcept {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

std::string printable(std::string text) {
    std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

std::string shown(const endpoint& of) {
    const bool bracketed = of.host.contains(':');
    return fmt::format("{}{}{}:{}", bracketed ? "[" : "", printable(of.host), bracketed ? "]" : "",
                       of.port);
}

/// The address, when `host` is one and nobody has to be asked for it.
std::string address_in(const std::string& host) {
    if (host.empty() || host == "localhost") return {};
    const auto found = addresses_without_asking(host);
    return found.known && found.addresses.size() == 1 ? found.addresses.front() : std::string();
}

class url_reader {
public:
    std::expected<connect_info, connect_faults> read(std::string_view url) {
        if (url.size() > url_bytes_max)
            fault(fmt::format("longer than {} bytes", url_bytes_max));
        else
            take(url);
        if (faults_.empty()) check_place();
        if (!faults_.empty()) return std::unexpected(std::move(faults_));
        info_.hostaddr = address_in(info_.host);
        return std::move(info_);
    }

private:
    enum class form { server, socket, sentinel };

    void fault(std::string text) { faults_.push_back(std::move(text)); }

    void take(std::string_view url) {
        const auto scheme = url.substr(0, std::min(url.find("://"), url.size()));
        form_ = scheme == "unix" || scheme == "redis+socket"                 ? form::socket
                : scheme == "redis+sentinel" || scheme == "rediss+sentinel" ? form::sentinel
                                                                             : form::server;
        info_.tls = scheme.starts_with("rediss");
        if (form_ == form::server && scheme != "redis" && scheme != "rediss")
            return fault("must begin with redis://, rediss://, unix:// or redis+sentinel://");
        auto rest = url.substr(std::min(scheme.size() + 3, url.size()));
        if (const auto at = rest.rfind('@'); at != rest.npos) {
            take_user(rest.substr(0, at));
            rest.remove_prefix(at + 1);
        }
        const auto query = std::min(rest.find('?'), rest.size());
        take_place(rest.substr(0, query));
        if (query < rest.size()) take_query(rest.substr(query + 1));
    }

    void take_place(std::string_view place) {
        if (form_ == form::socket) return assign(info_.socket, place, "socket's path");
        const auto slash = std::min(place.find('/'), place.size());
        auto path = place.substr(std::min(slash + 1, place.size()));
        if (form_ == form::server) {
            take_server(place.substr(0, slash));
        } else {
            take_sentinels(place.substr(0, slash));
            const auto end = std::min(path.find('/'), path.size());
            assign(info_.master, path.substr(0, end), "master's name");
            path.remove_prefix(std::min(end + 1, path.size()));
        }
        if (!path.empty()) take_database(path);
    }

    void check_place() {
        if (form_ == form::socket && !info_.socket.starts_with('/'))
            fault("the path of a socket begins with '/'");
        if (form_ == form::server && info_.host.empty()) fault("a host is missing");
        if (form_ == form::sentinel && info_.sentinels.empty()) fault("a sentinel is missing");
        if (form_ == form::sentinel && info_.master.empty())
            fault("the master's name is missing: redis+sentinel://host:port/NAME");
    }

    void take_user(std::string_view user_info) {
        const auto colon = user_info.find(':');
        // A user without a password is how some libraries write a password alone.
        if (colon == user_info.npos) return assign(info_.password, user_info, "password");
        assign(info_.user, user_info.substr(0, colon), "user");
        assign(info_.password, user_info.substr(colon + 1), "password");
    }

    void take_server(std::string_view text) {
        if (text.contains(',')) return fault("one host only: each is a server of its own");
        if (const auto at = endpoint_in(text, port_usual)) {
            info_.host = at->host;
            info_.port = at->port;
        }
    }

    void take_sentinels(std::string_view list) {
        while (!list.empty()) {
            const auto end = std::min(list.find(','), list.size());
            auto at = endpoint_in(list.substr(0, end), sentinel_port_usual);
            if (at && at->host.empty()) fault("a sentinel has no host");
            if (at) info_.sentinels.push_back(std::move(*at));
            list.remove_prefix(std::min(end + 1, list.size()));
        }
        if (info_.sentinels.size() > sentinels_max)
            fault(fmt::format("more than {} sentinels", sentinels_max));
    }

    std::optional<endpoint> endpoint_in(std::string_view text, unsigned port) {
        endpoint made{{}, port};
        const auto bracket = text.starts_with('[') ? text.find(']') : 0;
        if (bracket == text.npos) {
            fault("the bracket of the address is open");
            return {};
        }
        const auto colon = std::min(text.find(':', bracket), text.size());
        auto name = text.substr(0, colon);
        if (name.starts_with('[')) name = name.substr(1, bracket - 1);
        assign(made.host, name, "host");
        if (made.host.size() > name_resolver::host_length_max)
            fault(fmt::format("a host is longer than {}", name_resolver::host_length_max));
        if (colon >= text.size()) return made;
        const auto number = parse_number(text.substr(colon + 1));
        if (!number || *number == 0 || *number > 65'535) {
            fault("the port must be 1 to 65535");
            return {};
        }
        made.port = static_cast<unsigned>(*number);
        return made;
    }

    void take_database(std::string_view text) {
        const auto number = parse_number(text);
        if (!number || *number > database_max) return fault("the database must be a number");
        info_.database = static_cast<unsigned>(*number);
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

    void take_parameter(std::string_view name, std::string_view value) {
        if (name == "password") return assign(info_.password, value, "password");
        if (name == "user" || name == "username") return assign(info_.user, value, "user");
        if (name == "db") return take_database(value);
        if (name == "sslrootcert" || name == "ssl_ca_certs")
            return assign(info_.authorities, value, "file of certificates");
        if (name == "ssl_cert_reqs") return take_check(value, "ssl_cert_reqs", "required", "none");
        if (name == "sslmode") return take_check(value, "sslmode", "verify-full", "require");
        if (name == "sentinel_user" || name == "sentinel_username")
            return assign(info_.sentinel_user, value, "sentinel's user");
        if (name == "sentinel_password")
            return assign(info_.sentinel_password, value, "sentinel's password");
        if (info_.unread.size() < unread_max)
            info_.unread.push_back(printable(std::string(name.substr(0, 40))));
    }

    void take_check(std::string_view value, std::string_view name, std::string_view on,
                    std::string_view off) {
        if (value != on && value != off) fault(fmt::format("{} must be {} or {}", name, off, on));
        info_.verify = value != off;
    }

    void assign(secret& to, std::string_view text, std::string_view named) {
        std::string plain;
        assign(plain, text, named);
        to = secret(std::move(plain));
        wipe(plain);
    }

    void assign(std::string& to, std::string_view text, std::string_view named) {
        to.clear();
        for (std::size_t i = 0; i < text.size(); ++i) {
            if (text[i] != '%') {
                to += text[i];
                continue;
            }
            const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
            const int low = high >= 0 ? hex_digit(text[i + 2]) : -1;
            if (low < 0 || high + low == 0) {
                wipe(to);
                return fault(fmt::format("the {} is not percent-encoded; write '%' as %25", named));
            }
            to += static_cast<char>(high * 16 + low);
            i += 2;
        }
        if (to.contains('\0')) {
            wipe(to);
            fault(fmt::format("the {} cannot hold a NUL", named));
        }
    }

    form form_ = form::server;
    connect_info info_;
    connect_faults faults_;
};

}  // namespace

bool connect_info::is_local() const noexcept {
    if (!socket.empty()) return true;
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

std::string connect_info::describe() const {
    const auto who = user.empty() ? "" : printable(user) + "@";
    const std::string_view with = tls ? " tls" : "";
    if (!socket.empty()) return who + printable(socket);
    if (!is_sentinel()) return fmt::format("{}{}{}", who, shown({host, port}), with);
    std::string list;
    for (const auto& each : sentinels) list += (list.empty() ? "" : ", ") + shown(each);
    return fmt::format("{}{} of sentinels {}{}", who, printable(master), list, with);
}

std::expected<connect_info, connect_faults> parse_connect_info(std::string_view url) {
    return url_reader().read(url);
}

}  // namespace headroom::redis
