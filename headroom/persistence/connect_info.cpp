#include "headroom/persistence/connect_info.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "headroom/runtime/suggestion.hpp"

namespace headroom::persistence {
namespace {

// What may stand in a URL's query. Missing on purpose: service and passfile read files of their
// own, load balancing and several hosts open further sockets.
constexpr std::array<std::string_view, 28> known_options{"application_name",
                                                         "channel_binding",
                                                         "client_encoding",
                                                         "connect_timeout",
                                                         "gssencmode",
                                                         "keepalives",
                                                         "keepalives_count",
                                                         "keepalives_idle",
                                                         "keepalives_interval",
                                                         "krbsrvname",
                                                         "options",
                                                         "requirepeer",
                                                         "ssl_max_protocol_version",
                                                         "ssl_min_protocol_version",
                                                         "sslcert",
                                                         "sslcompression",
                                                         "sslcrl",
                                                         "sslcrldir",
                                                         "sslkey",
                                                         "sslmode",
                                                         "sslpassword",
                                                         "sslrootcert",
                                                         "sslsni",
                                                         "target_session_attrs",
                                                         "tcp_user_timeout",
                                                         "fallback_application_name",
                                                         "replication",
                                                         "gsslib"};
constexpr std::array<std::string_view, 4> sslmodes{"disable", "require", "verify-ca",
                                                   "verify-full"};

bool is_address(const std::string& host) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return ::inet_pton(AF_INET, host.c_str(), bytes.data()) == 1 ||
           ::inet_pton(AF_INET6, host.c_str(), bytes.data()) == 1;
}

bool is_loopback(std::string_view host) {
    return host == "localhost" || host.starts_with("127.") || host == "::1";
}

// Fills in what was left open, and collects what libpq would do behind the lease.
class checker {
public:
    checker(connect_info& info, tls_default tls) : info_(info), tls_(tls) {}

    connect_faults check() {
        check_parts();
        check_host();
        for (const auto& [name, value] : info_.options) check_option(name, value);
        check_tls();
        if (const auto gss = option("gssencmode"); !gss.empty() && gss != "disable")
            fault("gssencmode must be disable: libpq would connect twice");
        info_.options["gssencmode"] = "disable";
        return std::move(faults_);
    }

private:
    void fault(std::string text) { faults_.push_back(std::move(text)); }
    std::string option(const std::string& name) const {
        const auto at = info_.options.find(name);
        return at == info_.options.end() ? "" : at->second;
    }

    void check_parts() {
        if (info_.port == 0 || info_.port > 65535) fault("the port must be 1 to 65535");
        if (info_.user.empty()) fault("a user is missing");
        if (info_.database.empty()) fault("a database is missing");
        const std::array<std::string_view, 4> parts{info_.host, info_.user, info_.database,
                                                    info_.password.reveal()};
        if (std::ranges::any_of(parts, [](auto part) { return part.contains('\0'); }))
            fault("host, user, password and database cannot hold a NUL");
    }

    void check_host() {
        if (info_.host.empty()) info_.host = "localhost";
        if (info_.host.contains(','))
            fault("one host only: each server is a resource with a limit of its own");
        if (info_.host.size() > 255) fault("the host is longer than 255 characters");
        if (info_.hostaddr.empty() && is_address(info_.host)) info_.hostaddr = info_.host;
        if (!info_.hostaddr.empty() && !is_address(info_.hostaddr))
            fault("hostaddr must be one numeric address");
    }

    void check_option(const std::string& name, const std::string& value) {
        if (value.size() > connect_option_max || value.contains('\0'))
            fault(
                fmt::format("{} is longer than {} bytes or holds a NUL", name, connect_option_max));
        if (std::ranges::find(known_options, name) != known_options.end()) return;
        const std::vector<std::string> known(known_options.begin(), known_options.end());
        const auto meant = nearest(name, known);
        fault(fmt::format("{} is no option that can be used here{}", show(name),
                          meant.empty() ? "" : "; did you mean " + meant + "?"));
    }

    static std::string show(std::string_view name) {
        std::string plain(name.substr(0, 40));
        std::ranges::replace_if(plain, [](char c) { return c <= ' ' || c > '~'; }, '?');
        return plain;
    }

    void check_tls() {
        auto mode = option("sslmode");
        if (mode.empty()) mode = default_mode();
        if (mode == "prefer" || mode == "allow")
            fault(
                fmt::format("sslmode={} connects a second time behind the first; use require "
                            "(or disable)",
                            mode));
        else if (std::ranges::find(sslmodes, mode) == sslmodes.end())
            fault("sslmode must be disable, require, verify-ca or verify-full");
        else if (mode == "disable" && tls_ == tls_default::verify_full && !info_.is_local())
            fault("sslmode=disable off this machine is refused in production");
        info_.options["sslmode"] = mode;
    }

    std::string default_mode() const {
        if (info_.is_local()) return "disable";
        return tls_ == tls_default::verify_full ? "verify-full" : "require";
    }

    connect_info& info_;
    const tls_default tls_;
    connect_faults faults_;
};

}  // namespace

bool connect_info::is_local() const noexcept {
    return is_unix_socket() || (is_loopback(host) && (hostaddr.empty() || is_loopback(hostaddr)));
}

std::string connect_info::describe() const {
    const auto mode = options.find("sslmode");
    const bool bracketed = host.contains(':');
    return fmt::format("{}@{}{}{}:{}/{} sslmode={}", user, bracketed ? "[" : "", host,
                       bracketed ? "]" : "", port, database,
                       mode == options.end() ? "unchecked" : mode->second);
}

connect_keywords connect_info::to_keywords(std::string_view application_name) const {
    connect_keywords list;
    list.add("host", host);
    list.add("hostaddr", hostaddr);
    list.add("port", std::to_string(port));
    list.add("user", user);
    list.add("password", password.reveal());
    list.add("dbname", database);
    for (const auto& [name, value] : options)
        if (name != "application_name" || application_name.empty()) list.add(name, value);
    list.add("application_name", application_name);
    // Otherwise PGCLIENTENCODING and PGTARGETSESSIONATTRS of the environment decide.
    if (!options.contains("client_encoding")) list.add("client_encoding", "UTF8");
    if (!options.contains("target_session_attrs")) list.add("target_session_attrs", "any");
    return list;
}

connect_keywords::~connect_keywords() {
    for (auto& each : texts_)
        if (each) wipe(each->second);
}

void connect_keywords::add(std::string_view keyword, std::string_view value) {
    if (value.empty()) return;
    texts_.push_back(std::make_unique<std::pair<std::string, std::string>>(keyword, value));
    keywords_.back() = texts_.back()->first.c_str();
    values_.back() = texts_.back()->second.c_str();
    keywords_.push_back(nullptr);
    values_.push_back(nullptr);
}

std::expected<connect_info, connect_faults> checked(connect_info parts, tls_default tls) {
    auto faults = checker(parts, tls).check();
    if (!faults.empty()) return std::unexpected(std::move(faults));
    return parts;
}

}  // namespace headroom::persistence
