#include "headroom/http/rate_limit.hpp"

#include <fmt/format.h>

#include "headroom/http/caller.hpp"
#include "headroom/http/forwarded.hpp"

namespace headroom::http {
namespace {

std::int64_t in_seconds(std::chrono::nanoseconds wait) {
    return std::chrono::ceil<std::chrono::seconds>(wait).count();
}

}  // namespace

response too_often(const rate_terms& with, const rate_verdict& found) {
    response answer =
        problem{429, "This client asks too often."}
            .with("limit", std::int64_t{with.per_second})
            .with("burst", std::int64_t{with.burst});
    answer.with("Retry-After", std::to_string(in_seconds(found.wait)));
    return answer;
}

std::string caller_or_network(const request& of) {
    if (const auto* known = of.left.find<caller>())
        return fmt::format("{}:{}", known->kind, known->id);
    return network_of(of.client);
}

rate_limit::rate_limit(std::shared_ptr<rate_limiter> table, rate_key by, clock now)
    : table_(std::move(table)), by_(std::move(by)), now_(std::move(now)) {
    const auto& with = table_->terms();
    policy_ = fmt::format("\"client\";q={};w={}", with.burst,
                          (with.burst + with.per_second - 1) / with.per_second);
}

void rate_limit::tell(response& answer, const rate_verdict& found) const {
    answer.with("RateLimit-Policy", policy_);
    answer.with("RateLimit", fmt::format("\"client\";r={};t={}", found.left,
                                         in_seconds(found.until_full)));
}

task<response> rate_limit::operator()(request& of, next onward) const {
    if (of.always_admitted) co_return co_await onward(of);
    const auto found = table_->ask(by_(of), now_());
    auto answer = found.admitted ? co_await onward(of) : too_often(table_->terms(), found);
    tell(answer, found);
    co_return answer;
}

}  // namespace headroom::http
