#include "headroom/http/client/proxies.hpp"

#include <algorithm>
#include <boost/asio/ip/address.hpp>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <map>

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

/// Of one environment: what has been asked of it, and what was wrong with the answers.
class proxies::reading {
public:
    explicit reading(const environment& from) : from_(from) {}

    std::optional<proxy> proxy_in(std::initializer_list<std::string_view> names) {
        const auto name = first_of(names);
        if (name.empty()) return std::nullopt;
        auto url = *value_of(name);
        if (!url.contains("://")) url = "http://" + url;
        auto credentials = take_credentials(url);
        auto at = parse_web_address(url);
        if (at) return proxy{*std::move(at), std::move(credentials)};
        blame(name, at.error());
        return std::nullopt;
    }
    void add_exceptions(std::initializer_list<std::string_view> names, proxies& to) {
        const auto name = first_of(names);
        if (name.empty()) return;
        auto list = *value_of(name);
        std::ranges::replace(list, ' ', ',');
        for_each_element(list, [&](std::string_view each) {
            if (each.starts_with('.')) each.remove_prefix(1);
            if (auto block = address_block::parse(each)) to.excepted_blocks_.push_back(*block);
            else if (each.contains('/')) blame(name, "one of its blocks of addresses is none");
            else to.exceptions_.push_back(lower(each));
        });
    }
    std::vector<proxy_fault> faults;

private:
    const std::optional<std::string>& value_of(std::string_view name) {
        const auto known = asked_.find(name);
        if (known != asked_.end()) return known->second;
        return asked_.emplace(name, from_(name)).first->second;
    }
    std::string_view first_of(std::initializer_list<std::string_view> names) {
        for (const auto each : names)
            if (const auto& value = value_of(each); value && !value->empty()) return each;
        return {};
    }
    void blame(std::string_view variable, std::string problem) {
        if (std::ranges::find(faults, variable, &proxy_fault::variable) == faults.end())
            faults.push_back({std::string(variable), std::move(problem)});
    }

    const environment& from_;
    std::map<std::string_view, std::optional<std::string>> asked_;
};

std::expected<proxies, std::vector<proxy_fault>> proxies::read(const environment& variables) {
    reading from(variables);
    proxies made;
    made.for_http_ = from.proxy_in({"http_proxy", "all_proxy", "ALL_PROXY"});
    made.for_https_ = from.proxy_in({"https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"});
    from.add_exceptions({"no_proxy", "NO_PROXY"}, made);
    if (!from.faults.empty()) return std::unexpected(std::move(from.faults));
    return made;
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

std::vector<std::string> proxies::passwords() const {
    std::vector<std::string> all;
    for (const auto* each : {&for_http_, &for_https_})
        if (*each && (*each)->credentials.contains(':'))
            all.push_back((*each)->credentials.substr((*each)->credentials.find(':') + 1));
    return all;
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
