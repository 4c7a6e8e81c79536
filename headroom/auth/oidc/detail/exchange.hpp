// auth/oidc/detail/exchange.hpp: a request to a provider, whose failures are values.
#pragma once
#include "headroom/auth/oidc/oidc_failure.hpp"
#include "headroom/http/client/client.hpp"
#include "headroom/http/client/retry.hpp"

namespace headroom::auth::detail {

/// Any status is an answer. Throws nothing but operation_aborted, when the caller is cancelled.
task<oidc_result<http::client_answer>> exchanged(http::client& over, http::client_request what,
                                                 deadline until);

oidc_failure no_answer_in_time();

}  // namespace headroom::auth::detail
