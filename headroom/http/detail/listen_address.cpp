#include "headroom/http/detail/listen_address.hpp"

#include <fmt/format.h>

#include <boost/asio/ip/address.hpp>
#include <charconv>

namespace headroom::http::detail {
namespace asio = boost::asio;

std::optional<asio::ip::tcp::endpoint> parse_listen_address(std::string_view text) {
    const auto colon = text.rfind(':');
    if (colon == std::string_view::npos) return std::nullopt;
    auto host = text.substr(0, colon);
    const auto port_text = text.substr(colon + 1);
    const bool bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
    if (bracketed) host = host.substr(1, host.size() - 2);

    unsigned short port = 0;
    const auto read = std::from_chars(port_text.begin(), port_text.end(), port);
    if (read.ec != std::errc() || read.ptr != port_text.end()) return std::nullopt;

    boost::system::error_code failed;
    const auto address = asio::ip::make_address(std::string(host), failed);
    if (failed || address.is_v6() != bracketed) return std::nullopt;
    return asio::ip::tcp::endpoint(address, port);
}

std::string to_string(const asio::ip::tcp::endpoint& of) {
    const auto address = of.address().to_string();
    return of.address().is_v6() ? fmt::format("[{}]:{}", address, of.port())
                                : fmt::format("{}:{}", address, of.port());
}

}  // namespace headroom::http::detail
