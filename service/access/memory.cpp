#include "service/access/memory.hpp"

#include <algorithm>

#include "service/identity/projections.hpp"
#include "service/tenancy/projections.hpp"

namespace headroom::service::access {
namespace {

/// `what`, sorted, names agents, and tenants whose keys are gone.
bool concerns(const auth::principal& who, const std::vector<std::string>& what) {
    const auto named = [&](const std::string& text) {
        return std::ranges::binary_search(what, text);
    };
    return named(who.subject) || (who.tenant && named(who.tenant->text()));
}

}  // namespace

task<void> memory::changing(std::string_view projection, std::vector<std::string> what) {
    if (also_ != nullptr) co_await also_->changing(projection, std::move(what));
}

task<void> memory::changed(std::string_view projection, std::vector<std::string> what) {
    if (projection == tenancy::tenants_projection)
        for (const auto& each : what) tenants.forget(each);
    if (projection == identity::keys_projection) {
        auto named = what;
        std::ranges::sort(named);  // a batch of a catch-up names many, and every key is asked about
        keys.forget_if([&](const auth::registered_api_key& each) {
            return concerns(*each.who, named);
        });
    }
    if (also_ != nullptr) co_await also_->changed(projection, std::move(what));
}

}  // namespace headroom::service::access
