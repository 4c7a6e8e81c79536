// http/client/proxies.hpp: which proxy stands before which address.
//
// The variables that curl and most clients read: https_proxy, http_proxy, all_proxy, no_proxy, and
// their forms in capitals, but for HTTP_PROXY, which the client of a CGI program can set
// (CVE-2016-5385). no_proxy has names, addresses and blocks of them (10.0.0.0/8), with commas or
// spaces between.
#pragma once
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/http/client/web_address.hpp"
#include "headroom/http/forwarded.hpp"

namespace headroom::http {

/// A variable that names no proxy of ours; its value is never repeated, for it may hold a password.
class bad_proxy : public std::invalid_argument {
public:
    bad_proxy(std::string variable, const std::string& why)
        : std::invalid_argument(why), variable_(std::move(variable)) {}
    const std::string& variable() const noexcept { return variable_; }

private:
    std::string variable_;
};

class proxies {
public:
    using environment = std::function<std::optional<std::string>(std::string_view)>;

    /// None.
    proxies() = default;
    /// Throws bad_proxy when one is no URL of http or https.
    explicit proxies(const environment& variables);

    /// Null where the server itself is asked: always on the own machine.
    const web_address* before(const web_address& target) const;
    /// What a proxy wants to be told ("user:password"), or "".
    const std::string& credentials_for(const web_address& proxy) const;

private:
    struct proxy {
        web_address at;
        std::string credentials;
    };
    static std::optional<proxy> read(const environment& variables,
                                     std::initializer_list<std::string_view> names);
    bool excepted(std::string_view host) const;

    std::optional<proxy> for_http_, for_https_;
    std::vector<address_block> excepted_blocks_;
    std::vector<std::string> exceptions_;  ///< "example.org" and what is below it; "*": all
};

}  // namespace headroom::http
