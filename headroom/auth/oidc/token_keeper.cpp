#include "headroom/auth/oidc/token_keeper.hpp"

#include <algorithm>
#include <map>

#include "headroom/auth/oidc/detail/exchange.hpp"
#include "headroom/auth/oidc/detail/shared_flight.hpp"
#include "headroom/runtime/on_reactor.hpp"

namespace headroom::auth {
namespace {

using std::chrono_literals::operator""ms;
constexpr auto keeper_stop_look_ms = 5ms;

}  // namespace

struct token_keeper::body : std::enable_shared_from_this<token_keeper::body> {
    using clock = deadline::clock;
    using outcome = oidc_result<secret>;

    struct entry {
        entry(reactor& home, const token_times_bounds& within, std::minstd_rand random)
            : times(within, random), flight(home) {}
        token_times times;
        secret access;
        detail::shared_flight<outcome> flight;
    };

    body(token_client& of, token_keeper_terms with) : by(of), terms(with) {}

    task<outcome> token(grant_request what, deadline until) {
        const auto self = shared_from_this();
        ++counts.asked;
        const auto one = entry_for(what);
        if (one == nullptr)
            co_return std::unexpected(oidc_failure{
                .why = oidc_fault::misconfigured,
                .detail = "more scopes and audiences than tokens are kept of"});
        const auto fetch = [self, one, what] { return self->fetch(one, what); };
        using enum token_times::act;
        switch (one->times.ask(clock::now())) {
            case use: co_return one->access;
            case use_and_fetch: one->flight.launch(fetch); co_return one->access;
            case refuse: co_return std::unexpected(oidc_failure{
                .retry_after = one->times.refused_for(clock::now()),
                .detail = "the provider asked for a pause"});
            case fetch_first: break;
        }
        auto got = co_await one->flight.join(fetch, until);
        if (!got) co_return std::unexpected(detail::no_answer_in_time());
        co_return *std::move(got);
    }

    /// Never throws.
    task<outcome> fetch(std::shared_ptr<entry> one, grant_request what) {
        const auto asked = clock::now();
        ++counts.fetched;
        auto got = co_await by.client_credentials(what, deadline::after(terms.fetch_max));
        if (!got) {
            ++counts.failures;
            one->times.failed(got.error(), clock::now());
            co_return std::unexpected(std::move(got.error()));
        }
        one->times.fetched(got->life, asked);
        one->access = got->access;
        co_return std::move(got->access);
    }

    std::shared_ptr<entry> entry_for(const grant_request& what) {
        const auto known = entries.find(what);
        if (known != entries.end()) return known->second;
        if (entries.size() >= terms.tokens_max)
            std::erase_if(entries, [now = clock::now()](const auto& each) {
                return !each.second->flight.under_way() && each.second->times.ends_at() <= now;
            });
        if (entries.size() >= terms.tokens_max) return nullptr;
        random.discard(1);
        return entries
            .emplace(what, std::make_shared<entry>(by.home(), terms.times, random))
            .first->second;
    }

    task<void> forget(grant_request what, secret token) {
        const auto known = entries.find(what);
        if (known != entries.end() && known->second->access == token)
            known->second->times.spend(clock::now());
        co_return;
    }

    bool busy() const {
        return std::ranges::any_of(
            entries, [](const auto& each) { return each.second->flight.under_way(); });
    }

    token_client& by;
    const token_keeper_terms terms;
    std::minstd_rand random{std::random_device{}()};
    std::map<grant_request, std::shared_ptr<entry>> entries;
    token_keeper_figures counts;
};

token_keeper::token_keeper(token_client& by, token_keeper_terms with)
    : body_(std::make_shared<body>(by, with)) {}
token_keeper::~token_keeper() = default;

task<oidc_result<secret>> token_keeper::token(grant_request what, deadline until) {
    return on_reactor(body_->by.home(), body_->token(std::move(what), until));
}

task<void> token_keeper::refused(grant_request what, secret token) {
    return on_reactor(body_->by.home(), body_->forget(std::move(what), std::move(token)));
}

task<void> token_keeper::stop() {
    const auto self = body_;
    while (self->busy()) co_await sleep_until(deadline::after(keeper_stop_look_ms));
}

token_keeper_figures token_keeper::figures() const {
    auto now = body_->counts;
    now.tokens = body_->entries.size();
    return now;
}

}  // namespace headroom::auth
