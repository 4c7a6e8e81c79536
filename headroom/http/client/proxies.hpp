// http/client/proxies.hpp: which proxy stands before which address.
//
// The variables that curl and most clients read: https_proxy, http_proxy, all_proxy, no_proxy, and
// their forms in capitals, but for HTTP_PROXY, which the client of a CGI program can set
// (CVE-2016-5385). no_proxy has names, addresses and blocks of them (10.0.0.0/8), with commas or
// spaces between.
#pragma once
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/http/client/web_address.hpp"
#include "headroom/http/forwarded.hpp"

namespace headroom::http {

/// A variable that cannot be used; its value is never repeated, for it may hold a password.
struct proxy_fault {
    std::string variable, problem;
};

class proxies {
public:
    using environment = std::function<std::optional<std::string>(std::string_view)>;

    /// None.
    proxies() = default;
    /// What the variables say, each of which is asked for once, or everything that is wrong with
    /// them: a proxy that is no URL of http or https, an exception that is no block of addresses.
    static std::expected<proxies, std::vector<proxy_fault>> read(const environment& variables);

    /// Null where the server itself is asked: always on the own machine.
    const web_address* before(const web_address& target) const;
    /// What a proxy wants to be told ("user:password"), or "".
    const std::string& credentials_for(const web_address& proxy) const;
    /// The passwords in these, which no output may show.
    std::vector<std::string> passwords() const;

private:
    struct proxy {
        web_address at;
        std::string credentials;
    };
    class reading;
    bool excepted(std::string_view host) const;

    std::optional<proxy> for_http_, for_https_;
    std::vector<address_block> excepted_blocks_;
    std::vector<std::string> exceptions_;  ///< "example.org" and what is below it; "*": all
};

}  // namespace headroom::http
