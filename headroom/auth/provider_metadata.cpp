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
    for (const auto& [name, member] : urls) {
        made.*member = detail::text_of(*read, name).value_or("");
        const auto fault = (made.*member).empty() ? "" : may_be_asked(made.*member, loopback);
        if (!fault.empty()) return std::unexpected(std::string(name) + ": " + fault);
    }
    if (made.keys_url.empty()) return std::unexpected("the metadata name no jwks_uri");
    made.token_auth_methods = texts_of(*read, "token_endpoint_auth_methods_supported");
    return made;
}

}  // namespace headroom::auth
