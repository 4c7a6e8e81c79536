// http/forwarded.hpp: who a client is behind the proxies we trust, and by which scheme it came.
//
// Anybody can send X-Forwarded-For. Only what a proxy that we trust has appended is believed: the
// list is read from the right, each address taken on the word of the one after it, and reading ends
// at the first that is no trusted proxy. Which of the two fields the proxies write is a setting:
// the other would pass through them as the client wrote it.
#pragma once
#include <boost/asio/ip/address.hpp>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/http/fields.hpp"

namespace headroom::http {

/// The most hops that are read; a longer chain ends there.
inline constexpr std::size_t forwarded_hops_max = 32;

/// "10.0.0.0/8", "2001:db8::/32", or one address. IPv4-mapped IPv6 addresses count as IPv4.
class address_block {
public:
    static std::optional<address_block> parse(std::string_view text);
    bool contains(const boost::asio::ip::address& address) const;

private:
    boost::asio::ip::address first_;
    unsigned bits_ = 0;
};

enum class forwarding_field : std::uint8_t {
    x_forwarded_for,
    forwarded,  ///< RFC 7239, its "for" parameters
};

/// Immutable: read from every reactor.
class trusted_proxies {
public:
    trusted_proxies() = default;  ///< nobody is trusted
    /// Requires blocks that parse.
    explicit trusted_proxies(const std::vector<std::string>& blocks,
                             forwarding_field told_by = forwarding_field::x_forwarded_for);

    bool any() const noexcept { return !blocks_.empty(); }
    bool trusts(const boost::asio::ip::address& address) const;
    /// The client of a request that came from `peer`: peer itself unless it is trusted. What cannot
    /// be read ends the chain at the proxy that passed it on.
    boost::asio::ip::address client_of(const boost::asio::ip::address& peer,
                                       const fields& asked) const {
        return told(peer, asked).client;
    }
    /// The same, with what the outermost of the proxies said of the scheme: X-Forwarded-Proto
    /// beside X-Forwarded-For, or "proto".
    struct origin {
        boost::asio::ip::address client;
        std::string_view scheme;  ///< "http" or "https"; "" when none of them said
    };
    origin told(const boost::asio::ip::address& peer, const fields& asked) const;

private:
    std::vector<address_block> blocks_;
    forwarding_field told_by_ = forwarding_field::x_forwarded_for;
};

/// The address of "127.0.0.1:80" or "[::1]:80", without the port.
std::string_view address_in(std::string_view endpoint) noexcept;

/// Whom a limit applies to: an IPv4 address, or the /64 of an IPv6 one, which is what one client
/// can choose addresses from. The text itself where it is no address.
std::string network_of(std::string_view address);

}  // namespace headroom::http
