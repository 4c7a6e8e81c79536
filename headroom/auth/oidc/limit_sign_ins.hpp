// auth/oidc/limit_sign_ins.hpp: how often one network may begin, and end, sign-ins.
//
//     routes.use(limit_sign_ins(std::make_shared<http::rate_limiter>(terms), tell));
//
// Whoever asks that is nobody yet, and what begins rests in Redis for ten minutes: so these routes
// have a rate of their own, whatever others a server has. Beside it stands a bound of all of them
// (sign_in_states.hpp), which a network alone does not reach while its rate is kept low enough.
#pragma once
#include <functional>
#include <memory>

#include "headroom/http/rate_limiter.hpp"
#include "headroom/http/router.hpp"

namespace headroom::auth {

/// GET /auth/login and GET /auth/callback, by the network of the client's address; 429 with
/// Retry-After and the figures beyond the rate. Others go on and do not count.
class limit_sign_ins {
public:
    using clock = std::function<deadline::clock::time_point()>;
    using listener = std::function<void()>;

    /// `refused` is told of each; from any reactor.
    explicit limit_sign_ins(std::shared_ptr<http::rate_limiter> table, listener refused = {},
                            clock now = deadline::clock::now);
    task<http::response> operator()(http::request& of, http::next onward) const;

private:
    const std::shared_ptr<http::rate_limiter> table_;
    const listener refused_;
    const clock now_;
};

}  // namespace headroom::auth
