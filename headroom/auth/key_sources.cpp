#include "headroom/auth/key_sources.hpp"

namespace headroom::auth {
namespace {

task<key_source::looked> nobody_to_ask() { co_return key_source::looked::unavailable; }

}  // namespace

key_sources::key_sources(reactor& home, http::client& over, std::vector<key_source_terms> terms) {
    for (auto& each : terms)
        all_.push_back(std::make_unique<key_source>(home, over, std::move(each)));
}

std::vector<part*> key_sources::parts() {
    std::vector<part*> made;
    for (const auto& each : all_) made.push_back(each.get());
    return made;
}

key_source* key_sources::find(std::string_view issuer) const noexcept {
    for (const auto& each : all_)
        if (each->issuer() == issuer) return each.get();
    return nullptr;
}

keys_of key_sources::keys() {
    return [this](std::string_view issuer) {
        const auto* found = find(issuer);
        return found == nullptr ? nullptr : found->keys();
    };
}

look_for_keys key_sources::look() {
    return [this](std::string_view issuer, deadline until) {
        auto* found = find(issuer);
        return found == nullptr ? nobody_to_ask() : found->look_again(until);
    };
}

}  // namespace headroom::auth
