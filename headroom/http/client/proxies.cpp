#include "headroom/http/client/proxies.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>

#include "headroom/http/client/address_scope.hpp"
#include "headroom/http/fields.hpp"

namespace headroom::http {
namespace {

std::string lower(std::string_view text) {
    std::string made(text);
    std::ranges::transform(made, made.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return made;
}

struct variable {
    std::string name, value;
};

std::optional<variable> first_of(const proxies::environment& variables,
                                 std::initializer_list<std::string_view> names) {
    for (const auto name : names)
        if (auto value = variables(name); value && !value->empty())
            return variable{std::string(name), *std::move(value)};
    return std::nullopt;
}

// "user:password@" leaves the URL, which is shown; what is left is checked like any other.
std::string take_credentials(std::string& url) {
    const auto parsed = boost::urls::parse_uri(url);
    if (!parsed || !parsed->has_userinfo()) return "";
    boost::urls::url without(*parsed);
    std::string found = without.userinfo();
    without.remove_userinfo();
    url = without.buffer();
    return found;
}

}  // namespace

proxies::proxies(const environment& variables)
    : for_http_(read(variables, {"http_proxy", "all_proxy", "ALL_PROXY"})),
      for_https_(read(variables, {"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"})) {
    const auto none_before = first_of(variables, {"no_proxy", "NO_PROXY"});
    if (!none_before) return;
    auto list = none_before->value;
    std::ranges::replace(list, ' ', ',');
    for_each_element(list, [&](std::string_view each) {
        if (each.starts_with('.')) each.remove_prefix(1);
        if (auto block = address_block::parse(each)) excepted_blocks_.push_back(*block);
        else exceptions_.push_back(lower(each));
    });
}

std::optional<proxies::proxy> proxies::read(const environment& variables,
                                            std::initializer_list<std::string_view> names) {
    auto found = first_of(variables, names);
    if (!found) return std::nullopt;
    auto& url = found->value;
    if (!url.contains("://")) url = "http://" + url;
    auto credentials = take_credentials(url);
    auto at = parse_web_address(url);
    if (!at) throw bad_proxy(std::move(found->name), at.error());
    return proxy{*std::move(at), std::move(credentials)};
}

const web_address* proxies::before(const web_address& target) const {
    const auto& chosen = target.secure ? for_https_ : for_http_;
    if (!chosen || is_own_machine(target.host) || excepted(target.host)) return nullptr;
    return &chosen->at;
}

const std::string& proxies::credentials_for(const web_address& proxy) const {
    return for_https_ && &proxy == &for_https_->at ? for_https_->credentials
                                                    : for_http_->credentials;
}

bool proxies::excepted(std::string_view host) const {
    boost::system::error_code none;
    const auto address = boost::asio::ip::make_address(host, none);
    if (!none && std::ranges::any_of(excepted_blocks_, [&](const address_block& each) {
            return each.contains(address);
        }))
        return true;
    return std::ranges::any_of(exceptions_, [&](const std::string& each) {
        return each == "*" || host == each ||
               (host.ends_with(each) && host[host.size() - each.size() - 1] == '.');
    });
}

}  // namespace headroom::http
