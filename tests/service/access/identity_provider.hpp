// service/access/identity_provider.hpp: an OpenID provider on the loopback, with keys that change.
#pragma once
#include <atomic>
#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "headroom/auth/token_fixture.hpp"
#include "headroom/http/server.hpp"
#include "headroom/testing/run.hpp"

namespace headroom::service {

/// What a token says, beside its issuer, its audience and its dates.
struct token_terms {
    std::string subject = "ada";
    std::string tenant{};              ///< empty: no claim
    std::string roles = "[]";          ///< JSON
    std::string more{};                ///< further members, each with a comma before it
    std::string audience = "api", typ = "at+jwt";
    long expires_in = 600, issued_ago = 0;
};

/// Serves discovery and keys. Thread-safe.
class identity_provider {
public:
    identity_provider();
    ~identity_provider();
    identity_provider(const identity_provider&) = delete;
    identity_provider& operator=(const identity_provider&) = delete;

    /// "http://127.0.0.1:PORT"
    std::string issuer() const;

    /// Signed by the present key.
    std::string token(const token_terms& of) const;
    /// By a key of that name, published or not.
    std::string token_by(const std::string& kid, const token_terms& of) const;
    /// Makes and publishes a key beside those there are; it signs from now on.
    void add_key(const std::string& kid);

    /// Every answer takes so long from now on.
    void delay(std::chrono::milliseconds by) { delay_ms_ = static_cast<unsigned>(by.count()); }
    unsigned fetches() const { return fetches_; }
    /// Nobody listens at its port any more.
    void go_away();

private:
    const auth::fixture::signing_key& key(const std::string& kid) const;
    task<http::response> answer(std::string body);
    void serve();

    mutable std::mutex mutex_;
    mutable std::map<std::string, auth::fixture::signing_key> made_;  // guarded by mutex_
    std::vector<std::string> published_;                              // guarded by mutex_
    std::atomic<unsigned> delay_ms_{0}, fetches_{0};
    budget::ledger files_{"files", 64};
    testing::test_reactor on_;
    std::optional<http::server> serving_;
    std::string issuer_;
};

}  // namespace headroom::service
