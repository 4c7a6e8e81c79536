#include "headroom/auth/oidc/detail/exchange.hpp"

namespace headroom::auth::detail {
namespace {

oidc_failure failure_of(const http::client_error& why) {
    oidc_failure made{.may_have_acted = why.sent(), .detail = why.what()};
    switch (why.fault()) {
        case http::client_fault::not_allowed: made.why = oidc_fault::misconfigured; break;
        case http::client_fault::too_large:
        case http::client_fault::malformed: made.why = oidc_fault::malformed; break;
        default: break;
    }
    return made;
}

}  // namespace

oidc_failure no_answer_in_time() { return {.detail = "no answer in time"}; }

task<oidc_result<http::client_answer>> exchanged(http::client& over, http::client_request what,
                                                 deadline until) {
    try {
        co_return co_await over.send(std::move(what), until);
    } catch (const http::client_error& why) {
        co_return std::unexpected(failure_of(why));
    } catch (const budget::refused& why) {
        co_return std::unexpected(oidc_failure{.detail = why.what()});
    }
}

}  // namespace headroom::auth::detail
