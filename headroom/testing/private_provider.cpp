#include "headroom/testing/private_provider.hpp"

#include <fmt/format.h>
#include <signal.h>

#include <boost/json/parse.hpp>
#include <map>
#include <stdexcept>
#include <system_error>

#include "headroom/testing/text_client.hpp"

namespace headroom::testing {
namespace {

constexpr unsigned steps_max = 12;  // of a sign-in, from page to page

/// What a browser keeps, by name: the provider is the only site.
using cookies = std::map<std::string, std::string>;

std::string fetched(std::uint16_t port, const std::string& target, const cookies& with = {}) {
    auto head = fmt::format("GET {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n",
                            target, port);
    std::string all;
    for (const auto& [name, value] : with)
        all += fmt::format("{}{}={}", all.empty() ? "" : "; ", name, value);
    if (!all.empty()) head += "Cookie: " + all + "\r\n";
    return say(port, head + "\r\n");
}

std::string value_in(const std::string& line, std::size_t from, char end) {
    return line.substr(from, line.find(end, from) - from);
}

/// Takes the cookies of an answer's head; its Location, or "".
std::string followed(const std::string& answer, cookies& keep) {
    std::string location;
    for (std::size_t at = 0, end = 0; (end = answer.find("\r\n", at)) != at; at = end + 2) {
        if (end == std::string::npos) break;
        const auto line = answer.substr(at, end - at);
        if (line.starts_with("Location: ")) location = line.substr(10);
        if (!line.starts_with("Set-Cookie: ")) continue;
        const auto name = value_in(line, 12, '=');
        const auto value = value_in(line, 12 + name.size() + 1, ';');
        if (value.empty()) keep.erase(name);
        else keep[name] = value;
    }
    return location;
}

}  // namespace

bool private_provider::available() {
    return std::filesystem::exists(HEADROOM_PEERS "/node_modules/oidc-provider/package.json");
}

private_provider::private_provider(provider_terms terms) : terms_(std::move(terms)) {
    if (terms_.tls) {
        tls_port_ = free_port();
        certificates_.emplace();
    }
    give_to(server_user(), in_.path());
    start();
}

private_provider::~private_provider() { process_.stop(SIGTERM); }

void private_provider::start() {
    process_.start({.arguments = {find_server("node", "HEADROOM_NODE_BIN"),
                                  HEADROOM_PEERS "/provider.cjs", settings()}},
                   [this] {
                       try {
                           return fetched(port_, "/test/figures").starts_with("HTTP/1.1 200");
                       } catch (const std::exception&) {
                           return false;
                       }
                   });
}

std::string private_provider::settings() const {
    auto made = fmt::format(R"({{"port":{},"access_seconds":{},"pages":{},"site":"{}")", port_,
                            terms_.access_seconds, terms_.pages, terms_.site);
    if (!terms_.jwks.empty()) made += R"(,"jwks":)" + terms_.jwks;
    if (terms_.tls)
        made += fmt::format(
            R"(,"tls":{{"port":{},"certificate":"{}","key":"{}","authority":"{}"}})", tls_port_,
            certificates_->certificate_file(), certificates_->key_file(),
            certificates_->certificate_file());
    return made + "}";
}

std::string private_provider::issuer() const { return fmt::format("http://127.0.0.1:{}", port_); }

void private_provider::answer_by(const std::string& query) const {
    (void)fetched(port_, "/test/fault?" + query);
}

boost::json::value private_provider::told(const std::string& target) const {
    const auto answer = fetched(port_, target);
    const auto body = answer.find("\r\n\r\n");
    if (body == std::string::npos) throw std::runtime_error("the provider does not say " + target);
    return boost::json::parse(std::string_view(answer).substr(body + 4));
}

unsigned private_provider::count(const char* name) const {
    return figures().at(name).to_number<unsigned>();
}

unsigned private_provider::count(const char* name, const std::string& of) const {
    const auto all = figures();
    const auto* found = all.at(name).as_object().if_contains(of);
    return found == nullptr ? 0 : found->to_number<unsigned>();
}

unsigned private_provider::requests(const std::string& path) const {
    return count("requests", path);
}

unsigned private_provider::grants(const std::string& type) const { return count("grants", type); }

unsigned private_provider::resources(const std::string& type_and_resource) const {
    return count("resources", type_and_resource);
}

void private_provider::say_roles(const std::string& query) const {
    (void)fetched(port_, "/test/roles?" + query);
}

std::vector<std::string> private_provider::refresh_tokens(unsigned count) const {
    std::vector<std::string> made;
    for (const auto& each :
         told(fmt::format("/test/refresh_tokens?count={}", count)).as_array())
        made.emplace_back(each.as_string());
    return made;
}

std::string private_provider::sign_in(const std::string& authorization_url) const {
    cookies kept;
    auto target = authorization_url;
    for (unsigned step = 0; step < steps_max; ++step) {
        const bool leaves = !target.starts_with('/') && !target.starts_with(issuer());
        if (leaves) return target;
        if (target.starts_with(issuer())) target.erase(0, issuer().size());
        const auto answer = fetched(port_, target, kept);
        target = followed(answer, kept);
        if (target.empty()) throw std::runtime_error("the sign-in leads nowhere: " + answer);
    }
    throw std::runtime_error("the sign-in does not end");
}

}  // namespace headroom::testing
