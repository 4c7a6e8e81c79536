#include "headroom/http/forwarded.hpp"

#include <algorithm>
#include <boost/asio/ip/network_v6.hpp>
#include <boost/assert.hpp>
#include <charconv>

#include "headroom/http/detail/grammar.hpp"

namespace headroom::http {
namespace {

namespace ip = boost::asio::ip;

constexpr std::size_t address_bytes_max = 64;

ip::address plain(const ip::address& address) {
    if (!address.is_v6() || !address.to_v6().is_v4_mapped()) return address;
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
}

std::optional<ip::address> parse_numeric(std::string_view text) {
    if (text.size() > address_bytes_max || text.contains('%')) return std::nullopt;
    boost::system::error_code none;
    const auto address = ip::make_address(std::string(text), none);
    if (none) return std::nullopt;
    return plain(address);
}

template <class Bytes>
bool share_bits(const Bytes& one, const Bytes& other, unsigned bits) {
    for (std::size_t i = 0; i < one.size() && bits > 0; ++i) {
        const auto here = std::min(bits, 8U);
        const auto mask = static_cast<unsigned char>(0xff00U >> here);
        if (((one[i] ^ other[i]) & mask) != 0) return false;
        bits -= here;
    }
    return true;
}

// An address with or without a port: 1.2.3.4, 1.2.3.4:80, [::1], [::1]:80, ::1.
std::optional<ip::address> read_node(std::string_view text) {
    if (text.starts_with('[')) {
        const auto end = text.find(']');
        if (end == std::string_view::npos) return std::nullopt;
        return parse_numeric(text.substr(1, end - 1));
    }
    if (std::ranges::count(text, ':') == 1) text = text.substr(0, text.find(':'));
    return parse_numeric(text);
}

// "for" of `for=1.2.3.4;proto=https` is 1.2.3.4, of `For="[2001:db8::1]:80"` [2001:db8::1]:80; ""
// where the element has none of that name.
std::string_view read_parameter(std::string_view element, std::string_view name) {
    while (!element.empty()) {
        const auto end = element.find(';');
        const auto pair = detail::trim(element.substr(0, end));
        element.remove_prefix(end == std::string_view::npos ? element.size() : end + 1);
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos ||
            !detail::equal_ignoring_case(pair.substr(0, equals), name))
            continue;
        auto value = pair.substr(equals + 1);
        if (value.size() >= 2 && value.front() == '"' && value.back() == '"')
            value = value.substr(1, value.size() - 2);
        return value;
    }
    return {};
}

std::string_view read_scheme(std::string_view text) {
    for (const std::string_view known : {"http", "https"})
        if (detail::equal_ignoring_case(text, known)) return known;
    return {};
}

// The elements of every field of that name, from the last to the first.
class hops {
public:
    hops(const fields& asked, std::string_view name) : asked_(asked), name_(name) {
        at_ = asked_.all().size();
    }

    std::optional<std::string_view> next() {
        if (!in_field_ && !enter_field()) return std::nullopt;
        const auto comma = rest_.rfind(',');
        const auto element = comma == std::string_view::npos ? rest_ : rest_.substr(comma + 1);
        in_field_ = comma != std::string_view::npos;
        rest_ = in_field_ ? rest_.substr(0, comma) : std::string_view();
        return detail::trim(element);
    }

private:
    bool enter_field() {
        while (at_ > 0) {
            const auto& each = asked_.all()[--at_];
            if (!detail::equal_ignoring_case(each.name, name_)) continue;
            rest_ = each.value;
            return in_field_ = true;
        }
        return false;
    }

    const fields& asked_;
    const std::string_view name_;
    std::size_t at_ = 0;
    bool in_field_ = false;
    std::string_view rest_;
};

}  // namespace

std::optional<address_block> address_block::parse(std::string_view text) {
    const auto slash = text.find('/');
    const auto address = parse_numeric(text.substr(0, slash));
    if (!address) return std::nullopt;
    address_block made;
    made.first_ = *address;
    const unsigned most = address->is_v4() ? 32 : 128;
    made.bits_ = most;
    if (slash == std::string_view::npos) return made;
    const auto bits = text.substr(slash + 1);
    const auto read = std::from_chars(bits.begin(), bits.end(), made.bits_);
    if (read.ec != std::errc() || read.ptr != bits.end() || made.bits_ > most) return std::nullopt;
    return made;
}

bool address_block::contains(const ip::address& address) const {
    const auto other = plain(address);
    if (other.is_v4() != first_.is_v4()) return false;
    if (other.is_v4())
        return share_bits(first_.to_v4().to_bytes(), other.to_v4().to_bytes(), bits_);
    return share_bits(first_.to_v6().to_bytes(), other.to_v6().to_bytes(), bits_);
}

trusted_proxies::trusted_proxies(const std::vector<std::string>& blocks, forwarding_field told_by)
    : told_by_(told_by) {
    for (const auto& each : blocks) {
        const auto block = address_block::parse(each);
        BOOST_ASSERT_MSG(block, "trusted proxies are constructed from checked blocks");
        blocks_.push_back(*block);
    }
}

bool trusted_proxies::trusts(const ip::address& address) const {
    return std::ranges::any_of(
        blocks_, [&](const address_block& each) { return each.contains(address); });
}

// Each element, and so each scheme, is taken on the word of the address after it.
trusted_proxies::origin trusted_proxies::told(const ip::address& peer, const fields& asked) const {
    const bool standard = told_by_ == forwarding_field::forwarded;
    hops clients(asked, standard ? "forwarded" : "x-forwarded-for");
    hops schemes(asked, "x-forwarded-proto");
    origin found{plain(peer), {}};
    for (std::size_t i = 0; i < forwarded_hops_max && trusts(found.client); ++i) {
        const auto element = clients.next();
        const auto scheme = read_scheme(standard ? read_parameter(element.value_or(""), "proto")
                                                 : schemes.next().value_or(""));
        if (!scheme.empty()) found.scheme = scheme;
        if (!element) break;
        const auto before = read_node(standard ? read_parameter(*element, "for") : *element);
        if (!before) break;
        found.client = *before;
    }
    return found;
}

std::string_view address_in(std::string_view endpoint) noexcept {
    if (endpoint.starts_with('[')) return endpoint.substr(1, endpoint.find(']') - 1);
    return endpoint.substr(0, endpoint.find(':'));
}

std::string network_of(std::string_view address) {
    const auto read = parse_numeric(address);
    if (!read || read->is_v4()) return read ? read->to_string() : std::string(address);
    return ip::network_v6(read->to_v6(), 64).canonical().to_string();
}

}  // namespace headroom::http
