#include "headroom/auth/oidc/limit_sign_ins.hpp"

#include "headroom/auth/oidc/sign_in_routes.hpp"
#include "headroom/http/forwarded.hpp"
#include "headroom/http/rate_limit.hpp"

namespace headroom::auth {

limit_sign_ins::limit_sign_ins(std::shared_ptr<http::rate_limiter> table, listener refused,
                               clock now)
    : table_(std::move(table)), refused_(std::move(refused)), now_(std::move(now)) {}

task<http::response> limit_sign_ins::operator()(http::request& of, http::next onward) const {
    if (of.route != login_path && of.route != callback_path) co_return co_await onward(of);
    const auto found = table_->ask(http::network_of(of.client), now_());
    if (found.admitted) co_return co_await onward(of);
    if (refused_) refused_();
    co_return http::too_often(table_->terms(), found);
}

}  // namespace headroom::auth
