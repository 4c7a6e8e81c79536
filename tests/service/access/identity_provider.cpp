#include "tests/service/access/identity_provider.hpp"

#include <fmt/format.h>

#include "headroom/testing/soon.hpp"

namespace headroom::service {
namespace {

namespace fixture = auth::fixture;

std::string claims_text(const std::string& issuer, const token_terms& of) {
    const auto now = std::chrono::duration_cast<std::chrono::seconds>(
                         std::chrono::system_clock::now().time_since_epoch())
                         .count();
    const auto tenant = of.tenant.empty() ? "" : fmt::format(R"(,"tenant_id":"{}")", of.tenant);
    return fmt::format(
        R"({{"iss":"{}","sub":"{}","aud":"{}","exp":{},"iat":{},"roles":{}{}{}}})", issuer,
        of.subject, of.audience, now + of.expires_in, now - of.issued_ago, of.roles, tenant,
        of.more);
}

}  // namespace

identity_provider::identity_provider() {
    add_key("key-1");
    serve();
}

identity_provider::~identity_provider() { go_away(); }

void identity_provider::serve() {
    http::settings with;
    with.listen = "127.0.0.1:0";
    with.connections_max = 16;
    http::router routes;
    routes.get("/.well-known/openid-configuration", [this](http::request&) {
        return answer(fmt::format(R"({{"issuer":"{0}","jwks_uri":"{0}/keys"}})", issuer_));
    });
    routes.get("/keys", [this](http::request&) {
        fetches_.fetch_add(1);
        const std::scoped_lock lock(mutex_);
        std::vector<std::string> all;
        for (const auto& each : published_) all.push_back(made_.at(each).jwk());
        return answer(fixture::set_of(all));
    });
    http::server_grants grants;
    for (const auto& row : http::consumers(with, 1)) {
        auto& grant = row.name == http::listener_consumer  ? grants.listener
                      : row.name == http::refusals_consumer ? grants.refusals
                                                            : grants.connections;
        grant = files_.open({row.name, static_cast<unsigned>(*row.pool), 0}).value();
    }
    serving_.emplace(std::vector<reactor*>{&on_}, with, std::move(routes), std::move(grants),
                     [](const http::access_record&) {});
    serving_->start(testing::soon());
    issuer_ = fmt::format("http://127.0.0.1:{}", serving_->port());
}

void identity_provider::go_away() {
    if (serving_) serving_->stop(deadline::after(std::chrono::milliseconds(0)));
    serving_.reset();
}

std::string identity_provider::issuer() const { return issuer_; }

task<http::response> identity_provider::answer(std::string body) {
    if (delay_ms_ > 0) co_await sleep_until(deadline::after(std::chrono::milliseconds(delay_ms_)));
    co_return http::response::json(std::move(body));
}

const fixture::signing_key& identity_provider::key(const std::string& kid) const {
    const std::scoped_lock lock(mutex_);
    return made_.try_emplace(kid, auth::key_kind::p256, kid).first->second;
}

void identity_provider::add_key(const std::string& kid) {
    key(kid);
    const std::scoped_lock lock(mutex_);
    published_.push_back(kid);
}

std::string identity_provider::token(const token_terms& of) const {
    const auto kid = [this] {
        const std::scoped_lock lock(mutex_);
        return published_.back();
    }();
    return token_by(kid, of);
}

std::string identity_provider::token_by(const std::string& kid, const token_terms& of) const {
    const auto header = fmt::format(R"({{"alg":"ES256","kid":"{}","typ":"{}"}})", kid, of.typ);
    return key(kid).token(auth::algorithm::es256, header, claims_text(issuer_, of));
}

}  // namespace headroom::service
