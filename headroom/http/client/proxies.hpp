// http/client/proxies.hpp: which proxy stands before which address.
//
// The variables that curl and most clients read: https_proxy, http_proxy, all_proxy, no_proxy, and
// their forms in capitals, but for HTTP_PROXY, which the client of a CGI program can set
// (CVE-2016-5385).
#pragma once
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/http/client/web_address.hpp"

namespace headroom::http {

class proxies {
public:
    using environment = std::function<std::optional<std::string>(std::string_view)>;

    /// None.
    proxies() = default;
    /// Throws std::invalid_argument, which names the variable, when one is no URL of http or https.
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
    std::vector<std::string> exceptions_;  ///< "example.org" and what is below it; "*": all
};

}  // namespace headroom::http
