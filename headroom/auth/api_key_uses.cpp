#include "headroom/auth/api_key_uses.hpp"

#include <algorithm>

namespace headroom::auth {

void api_key_uses::note(const registered_api_key& of, wall_time at) {
    const std::scoped_lock lock(mutex_);
    if (const auto known = noted_.find(of.id); known != noted_.end()) {
        known->second.last = std::max(known->second.last, at);
        return;
    }
    if (noted_.size() == keys_max) {
        ++dropped_;
        return;
    }
    noted_.emplace(of.id, api_key_use{of.id, of.who->tenant, at});
}

std::vector<api_key_use> api_key_uses::take() {
    std::unordered_map<std::string, api_key_use> taken;
    {
        const std::scoped_lock lock(mutex_);
        taken.swap(noted_);
    }
    std::vector<api_key_use> made;
    for (auto& [id, use] : taken) made.push_back(std::move(use));
    return made;
}

std::uint64_t api_key_uses::dropped() const {
    const std::scoped_lock lock(mutex_);
    return dropped_;
}

}  // namespace headroom::auth
