// auth/oidc/page_origin.hpp: whether a page of ours sent the request that a browser put its cookie
// on. Pure.
//
// A cookie is sent by whoever makes the browser ask. So what may change something must come from a
// page of ours, or of an origin that is let in on purpose: by `Origin`, and where the browser
// sends none, by `Sec-Fetch-Site: same-origin`. Scripts can set neither.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "headroom/http/request.hpp"

namespace headroom::auth {

/// The origin of a URL, as browsers write it: "https://app.example", a port only where it is not
/// the scheme's own. "" for what is no URL of http or https.
std::string origin_of(std::string_view url);

/// Any method but GET, HEAD and OPTIONS, and whatever asks for another protocol: a WebSocket opens
/// with a GET.
bool may_change(const http::request& of);

/// Immutable: read from every reactor.
class own_pages {
public:
    /// `url`: any of ours, as browsers see it. `others`: origins whose pages may do what ours may.
    explicit own_pages(std::string_view url, std::vector<std::string> others = {});

    /// Whether one of them sent it. Several `Origin` fields are nobody's.
    bool sent(const http::request& of) const;

private:
    std::vector<std::string> origins_;
};

}  // namespace headroom::auth
