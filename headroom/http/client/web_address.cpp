#include "headroom/http/client/web_address.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/url/parse.hpp>
#include <boost/url/url.hpp>
#include <charconv>

namespace headroom::http {
namespace {

namespace urls = boost::urls;

std::string without_brackets(std::string_view host) {
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    return std::string(host);
}

std::expected<std::uint16_t, std::string> port_of(const urls::url_view& of, bool secure) {
    if (!of.has_port() || of.port().empty()) return static_cast<std::uint16_t>(secure ? 443 : 80);
    // Not url_view::port_number(), which takes 99999 for 34463.
    const auto text = std::string_view(of.port());
    std::uint16_t number = 0;
    const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
    if (read.ec != std::errc() || number == 0)
        return std::unexpected("the URL's port is not one of 1 to 65535");
    return number;
}

std::expected<web_address, std::string> checked(urls::url from) {
    from.remove_fragment();
    from.normalize_scheme();
    from.normalize_authority();
    web_address made;
    made.secure = from.scheme() == "https";
    if (!made.secure && from.scheme() != "http")
        return std::unexpected("the URL's scheme is neither https nor http");
    if (from.has_userinfo()) return std::unexpected("the URL has credentials in it");
    made.host = without_brackets(std::string_view(from.encoded_host()));
    if (made.host.empty()) return std::unexpected("the URL has no host");
    const auto port = port_of(from, made.secure);
    if (!port) return std::unexpected(port.error());
    made.port = *port;
    from.set_path_absolute(true);
    made.url = from.buffer();
    return made;
}

}  // namespace

std::string web_address::origin() const {
    const auto* form = host.contains(':') ? "{}://[{}]:{}" : "{}://{}:{}";
    return fmt::format(fmt::runtime(form), secure ? "https" : "http", host, port);
}

std::expected<web_address, std::string> parse_web_address(std::string_view url) {
    if (url.size() > url_bytes_max)
        return std::unexpected(fmt::format("the URL has more than {} bytes", url_bytes_max));
    const auto parsed = urls::parse_uri({url.data(), url.size()});
    if (!parsed) return std::unexpected("the URL is not an absolute one");
    return checked(urls::url(*parsed));
}

std::expected<web_address, std::string> follow(const web_address& from, std::string_view location) {
    if (location.size() > url_bytes_max)
        return std::unexpected(fmt::format("the Location has more than {} bytes", url_bytes_max));
    const auto reference = urls::parse_uri_reference({location.data(), location.size()});
    if (!reference) return std::unexpected("the Location is not a URL");
    urls::url made(*urls::parse_uri(from.url));
    if (!made.resolve(*reference)) return std::unexpected("the Location cannot be followed");
    return checked(std::move(made));
}

}  // namespace headroom::http
