#include "service/access/key_watch.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace headroom::service::access {
namespace {

using observability::health_result;
using observability::health_status;

std::string_view word_of(auth::key_freshness is) {
    constexpr std::string_view words[] = {"none", "fresh", "stale", "spent"};
    return words[static_cast<std::size_t>(is)];
}

observability::health_terms terms_of(const std::string& issuer) {
    observability::health_terms made;
    made.name = "auth:keys:" + issuer;
    made.for_readiness = true;
    made.failures_to_fail = 2;
    made.stale_after = std::chrono::seconds(10);
    return made;
}

bool is_usable(const auth::key_source_figures& of) {
    return of.is == auth::key_freshness::fresh || of.is == auth::key_freshness::stale;
}

}  // namespace

health_result health_of(const auth::key_source_figures& of, bool others_usable) {
    const bool usable = is_usable(of) || others_usable;
    const bool well = of.is == auth::key_freshness::fresh && !of.failing && of.refused.empty();
    std::string what;
    if (!well)
        what = fmt::format("{}, {} keys refused{}{}", word_of(of.is), of.refused.size(),
                           of.last_error.empty() ? "" : ": ", of.last_error);
    return {usable ? well ? health_status::pass : health_status::warn : health_status::fail,
            static_cast<double>(of.keys), "keys", std::move(what)};
}

key_watch::key_watch(reactor& home, const auth::key_sources& of, observability::health& to,
                     observability::metrics& also)
    : to_(to), looks_(home, period_ms, [this] { look(); }) {
    for (const auto& each : of.all()) {
        const observability::labels by{{"issuer", each->issuer()}};
        all_.push_back({each.get(), to.declare(terms_of(each->issuer())),
                        also.measure("headroom_auth_keys_freshness",
                                     "Of an issuer's keys: 0 none, 1 fresh, 2 stale, 3 spent.", by),
                        also.measure("headroom_auth_keys", "Keys of the present set.", by),
                        also.measure("headroom_auth_keys_refused",
                                     "Keys of the present set that are not used.", by),
                        also.count("headroom_auth_key_fetches_total",
                                   "Fetches of an issuer's keys.", by),
                        also.count("headroom_auth_key_fetch_failures_total",
                                   "Those that brought no keys.", by)});
    }
    also.before_scrape([this] { refresh(); });
}

void key_watch::look() {
    const bool some = std::ranges::any_of(
        all_, [](const auto& each) { return is_usable(each.source->figures()); });
    for (const auto& each : all_)
        to_.report(each.check, health_of(each.source->figures(), some), deadline::clock::now(),
                   std::chrono::system_clock::now());
}

void key_watch::refresh() {
    for (auto& each : all_) {
        const auto now = each.source->figures();
        each.freshness.set(static_cast<double>(now.is));
        each.keys.set(static_cast<double>(now.keys));
        each.refused.set(static_cast<double>(now.refused.size()));
        each.fetches.grow_to(static_cast<double>(now.fetches));
        each.failures.grow_to(static_cast<double>(now.failures));
    }
}

}  // namespace headroom::service::access
