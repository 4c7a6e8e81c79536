// access/entrance.hpp: all that stands between a request and the routes.
//
//     denials -> (guesses of each network) -> API key -> bearer token -> (session)
//     -> (development) -> its name
//     -> (limits of each client) -> the table -> the tenant's state -> the user of a first request
#pragma once
#include <memory>
#include <optional>

#include "headroom/auth/key_sources.hpp"
#include "headroom/auth/middleware.hpp"
#include "headroom/auth/older_api_keys.hpp"
#include "headroom/observability/health.hpp"
#include "headroom/persistence/database.hpp"
#include "service/access/access_metrics.hpp"
#include "service/access/first_sign_in.hpp"
#include "service/access/key_keeper.hpp"
#include "service/access/key_registry.hpp"
#include "service/access/key_watch.hpp"
#include "service/access/memory.hpp"
#include "service/process.hpp"
#include "service/sign_in/browser_sign_in.hpp"

namespace headroom::service::access {

/// What it is made of; all of it outlives it.
struct entrance_ground {
    process& in;
    persistence::database& db;
    http::client& client;
    memory& kept;
    const identity::user_service& users;
    const identity::agent_service& agents;
    observability::health& health;
    observability::metrics& metrics;
};

/// Outlives the server.
class entrance {
public:
    explicit entrance(const entrance_ground& of);
    entrance(const entrance&) = delete;
    entrance& operator=(const entrance&) = delete;

    /// Who asks is known behind this. A request without a credential goes on. `rates`: where
    /// refused credentials count; null: nowhere.
    void authenticate(http::router& to, std::shared_ptr<http::rate_limiter> rates);
    /// Nobody who may not comes behind this.
    void authorise(http::router& to);
    /// Those of a browser's sign-in, where there is one.
    void add_routes(http::typed::api& to);
    /// To be started after the database and the client, before the server.
    std::vector<part*> parts();

private:
    auth::api_key_terms key_terms(const entrance_ground& of);

    const settings& with_;
    const persistence::lanes& lanes_;
    memory& kept_;
    const identity::user_service& users_;
    auth::key_sources sources_;
    auth::token_verifier tokens_;
    const auth::authenticator bearer_;
    const key_registry registry_;
    key_keeper keeper_;
    std::optional<auth::older_api_keys> older_;
    const auth::api_key_verifier keys_;
    std::optional<sign_in::browser_sign_in> browsers_;
    known_users known_;
    access_metrics figures_;
    key_watch watch_;
};

/// A line for each reason why nobody could be let in, or too many would: what a production process
/// refuses to start for, and another one warns of.
std::vector<std::string> faults_of(const settings& with);

}  // namespace headroom::service::access
