#include "headroom/auth/provider_metadata.hpp"

#include <boost/json/array.hpp>

#include "headroom/auth/detail/strict_object.hpp"
#include "headroom/http/client/address_scope.hpp"
#include "headroom/http/client/web_address.hpp"

namespace headroom::auth {
namespace {

namespace json = boost::json;
using url_member = std::pair<const char*, std::string provider_metadata::*>;

constexpr url_member urls[] = {
    {"jwks_uri", &provider_metadata::keys_url},
    {"token_endpoint", &provider_metadata::token_url},
    {"authorization_endpoint", &provider_metadata::authorization_url},
    {"introspection_endpoint", &provider_metadata::introspection_url},
    {"revocation_endpoint", &provider_metadata::revocation_url},
    {"pushed_authorization_request_endpoint", &provider_metadata::pushed_request_url}};

using alias_member = std::pair<const char*, std::string provider_aliases::*>;

constexpr alias_member aliased_urls[] = {
    {"token_endpoint", &provider_aliases::token_url},
    {"introspection_endpoint", &provider_aliases::introspection_url},
    {"revocation_endpoint", &provider_aliases::revocation_url},
    {"pushed_authorization_request_endpoint", &provider_aliases::pushed_request_url}};

/// Reads the URLs that are there into `to`; "" or what is wrong with one.
template <class Members, class Made>
std::string read_urls(const json::object& of, const Members& members, bool loopback, Made& to) {
    for (const auto& [name, member] : members) {
        to.*member = detail::text_of(of, name).value_or("");
        const auto fault = (to.*member).empty() ? "" : may_be_asked(to.*member, loopback);
        if (!fault.empty()) return std::string(name) + ": " + fault;
    }
    return "";
}

std::vector<std::string> texts_of(const json::object& of, std::string_view name) {
    std::vector<std::string> found;
    const auto* const list = of.if_contains(name);
    if (list == nullptr || !list->is_array()) return found;
    for (const auto& each : list->get_array())
        if (each.is_string()) found.emplace_back(each.get_string());
    return found;
}

}  // namespace

std::string metadata_url(std::string_view issuer) {
    if (issuer.ends_with('/')) issuer.remove_suffix(1);
    return std::string(issuer) + "/.well-known/openid-configuration";
}

std::string may_be_asked(std::string_view url, bool loopback) {
    const auto read = http::parse_web_address(url);
    if (!read) return read.error();
    if (read->secure || (loopback && http::is_own_machine(read->host))) return "";
    return "the URL is not of https";
}

std::expected<provider_metadata, std::string> read_metadata(std::string_view document,
                                                            std::string_view issuer,
                                                            bool loopback) {
    if (document.size() > metadata_bytes_max)
        return std::unexpected("the metadata have more bytes than are read");
    const auto read = detail::strict_object(document);
    if (!read) return std::unexpected("the metadata are no strict JSON object");
    provider_metadata made;
    made.issuer = detail::text_of(*read, "issuer").value_or("");
    if (made.issuer != issuer) return std::unexpected("the metadata are another issuer's");
    auto fault = read_urls(*read, urls, loopback, made);
    const auto* const aliases = read->if_contains("mtls_endpoint_aliases");
    if (fault.empty() && aliases != nullptr && aliases->is_object())
        fault = read_urls(aliases->get_object(), aliased_urls, loopback, made.aliases);
    if (!fault.empty()) return std::unexpected(fault);
    if (made.keys_url.empty()) return std::unexpected("the metadata name no jwks_uri");
    made.token_auth_methods = texts_of(*read, "token_endpoint_auth_methods_supported");
    const auto* const names = read->if_contains("authorization_response_iss_parameter_supported");
    made.names_itself = names != nullptr && names->is_bool() && names->get_bool();
    return made;
}

}  // namespace headroom::auth
