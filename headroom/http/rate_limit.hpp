// http/rate_limit.hpp: the middleware that answers 429 to whoever asks too often.
#pragma once
#include <functional>
#include <memory>
#include <string>

#include "headroom/http/rate_limiter.hpp"
#include "headroom/http/router.hpp"

namespace headroom::http {

/// Whom a request counts for.
using rate_key = std::function<std::string(const request&)>;

/// The caller a middleware before has left, by kind and id; else the network of the client's
/// address. Put the limit behind authentication and it is by principal.
std::string caller_or_network(const request& of);

/// 429 with Retry-After, to a client whose rate is used up.
response too_often(const rate_terms& with, const rate_verdict& found);

/// Refused: 429 with Retry-After. Every answer says how much is left (RateLimit, RateLimit-Policy:
/// draft-ietf-httpapi-ratelimit-headers). Routes of admission::always never count.
class rate_limit {
public:
    using clock = std::function<deadline::clock::time_point()>;

    /// `table` is shared with whoever shows its figures.
    explicit rate_limit(std::shared_ptr<rate_limiter> table, rate_key by = caller_or_network,
                        clock now = deadline::clock::now);
    task<response> operator()(request& of, next onward) const;

private:
    void tell(response& answer, const rate_verdict& found) const;

    std::shared_ptr<rate_limiter> table_;
    rate_key by_;
    clock now_;
    std::string policy_;
};

}  // namespace headroom::http
