// http/detail/listen_address.hpp: "127.0.0.1:8080" and "[::1]:0" as an endpoint.
#pragma once
#include <boost/asio/ip/tcp.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace headroom::http::detail {

/// Numbers only: a name would have to be looked up, and could be looked up differently tomorrow.
std::optional<boost::asio::ip::tcp::endpoint> parse_listen_address(std::string_view text);
std::string to_string(const boost::asio::ip::tcp::endpoint& of);

}  // namespace headroom::http::detail
