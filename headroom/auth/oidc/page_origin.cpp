#include "headroom/auth/oidc/page_origin.hpp"

#include <algorithm>

#include "headroom/http/client/web_address.hpp"

namespace headroom::auth {

std::string origin_of(std::string_view url) {
    const auto read = http::parse_web_address(url);
    if (!read) return "";
    auto made = read->origin();
    const std::string_view usual = read->secure ? ":443" : ":80";
    if (made.ends_with(usual)) made.resize(made.size() - usual.size());
    return made;
}

bool may_change(const http::request& of) {
    using enum http::method;
    const bool reads = of.method == get || of.method == head || of.method == options;
    return !reads || of.headers.count("Upgrade") > 0;
}

own_pages::own_pages(std::string_view url, std::vector<std::string> others)
    : origins_(std::move(others)) {
    if (auto own = origin_of(url); !own.empty()) origins_.push_back(std::move(own));
}

bool own_pages::sent(const http::request& of) const {
    const auto said = of.headers.count("Origin");
    if (said == 0) return of.headers.find("Sec-Fetch-Site").value_or("") == "same-origin";
    return said == 1 && std::ranges::find(origins_, *of.headers.find("Origin")) != origins_.end();
}

}  // namespace headroom::auth
