#include "headroom/auth/oidc/provider_directory.hpp"

#include <stdexcept>

#include "headroom/auth/oidc/detail/exchange.hpp"
#include "headroom/auth/oidc/detail/shared_flight.hpp"
#include "headroom/auth/oidc/token_answer.hpp"

namespace headroom::auth {

struct provider_directory::body : std::enable_shared_from_this<provider_directory::body> {
    using clock = deadline::clock;
    using outcome = oidc_result<kept>;

    body(reactor& on, http::client& by, std::string of, bool on_loopback, directory_bounds bounds)
        : over(by), issuer(std::move(of)), loopback(on_loopback), within(bounds),
          pauses(bounds.pauses, std::minstd_rand(std::random_device{}())), flight(on) {}

    task<outcome> metadata(deadline until) {
        const auto self = shared_from_this();
        const auto now = clock::now();
        const bool may_ask = now >= again;
        if (have != nullptr && now < spent) {
            if (now >= due && may_ask) flight.launch([self] { return self->fetch(); });
            co_return have;
        }
        if (!may_ask && !flight.under_way()) co_return std::unexpected(refused(now));
        const auto got = co_await flight.join([self] { return self->fetch(); }, until);
        if (!got) co_return std::unexpected(detail::no_answer_in_time());
        co_return *got;
    }

    oidc_failure refused(clock::time_point now) const {
        auto made = last;
        made.retry_after = std::chrono::ceil<std::chrono::seconds>(again - now);
        return made;
    }

    /// Never throws.
    task<outcome> fetch() {
        auto got = co_await ask(deadline::after(within.fetch_max));
        const auto now = clock::now();
        if (got) {
            have = *got;
            due = now + within.ttl;
            spent = due + within.stale_max;
            again = {};
            pauses.reset();
        } else {
            last = got.error();
            again = now + std::max<clock::duration>(
                              pauses.next(), last.retry_after.value_or(std::chrono::seconds(0)));
        }
        co_return got;
    }

    task<outcome> ask(deadline until) {
        http::client_request what{.url = metadata_url(issuer)};
        what.body_bytes_max = metadata_bytes_max;
        what.fields.push_back({"Accept", "application/json"});
        const auto answer = co_await detail::exchanged(over, std::move(what), until);
        if (!answer) co_return std::unexpected(answer.error());
        oidc_failure failure{.status = answer->status};
        failure.retry_after = http::read_retry_after(answer->field("retry-after"));
        failure.detail = "its metadata";
        if (answer->status != 200) co_return std::unexpected(failure);
        auto read = read_metadata(answer->body, issuer, loopback);
        if (read) co_return std::make_shared<const provider_metadata>(*std::move(read));
        failure.why = oidc_fault::malformed;
        failure.detail = read.error();
        co_return std::unexpected(failure);
    }

    http::client& over;
    const std::string issuer;
    const bool loopback;
    const directory_bounds within;
    kept have;
    clock::time_point due{}, spent{}, again{};
    oidc_failure last;
    backoff pauses;
    detail::shared_flight<outcome> flight;
};

provider_directory::provider_directory(reactor& home, http::client& over, std::string issuer,
                                       bool loopback, directory_bounds within)
    : body_(std::make_shared<body>(home, over, std::move(issuer), loopback, within)) {
    if (const auto fault = may_be_asked(body_->issuer, loopback); !fault.empty())
        throw std::invalid_argument("the provider " + body_->issuer + ": " + fault);
}

task<oidc_result<provider_directory::kept>> provider_directory::metadata(deadline until) {
    return body_->metadata(until);
}

void provider_directory::doubt() { body_->due = {}; }

bool provider_directory::under_way() const { return body_->flight.under_way(); }

}  // namespace headroom::auth
