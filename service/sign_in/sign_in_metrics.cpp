#include "service/sign_in/sign_in_metrics.hpp"

namespace headroom::service::sign_in {

sign_in_metrics::sign_in_metrics(observability::metrics& to)
    : to_(to), renewals_(to),
      pending_(to.measure("headroom_auth_sign_ins_pending",
                          "Sign-ins of all processes that have begun and not ended, when one last "
                          "began or ended here.")),
      pending_max_(to.measure("headroom_auth_sign_ins_pending_limit",
                              "The most that may; one more is refused.")) {
    using now = auth::rotation_figures;
    renewals_
        .count("headroom_auth_refresh_asked_total",
               "Renewals of a session's tokens that requests asked for.", &now::asked)
        .count("headroom_auth_refresh_led_total", "Requests to the provider that came of them.",
               &now::led)
        .count("headroom_auth_refresh_followed_total", "Tokens that another process had renewed.",
               &now::followed)
        .count("headroom_auth_refresh_unshared_total", "Renewed tokens that Redis did not take.",
               &now::unshared);
}

void sign_in_metrics::count(std::string_view what) {
    const std::scoped_lock lock(mutex_);
    auto found = ends_.find(what);
    if (found == ends_.end())
        found = ends_
                    .try_emplace(std::string(what),
                                 to_.count("headroom_auth_sign_ins_total",
                                           "Sign-ins and sign-outs with a browser, by their end.",
                                           {{"end", std::string(what)}}))
                    .first;
    found->second.add();
}

void sign_in_metrics::show_pending(std::uint64_t now, std::size_t limit) {
    pending_.set(static_cast<double>(now));
    pending_max_.set(static_cast<double>(limit));
}

}  // namespace headroom::service::sign_in
