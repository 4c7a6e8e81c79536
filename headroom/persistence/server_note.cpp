#include "headroom/persistence/server_note.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "headroom/persistence/application_name.hpp"
#include "headroom/persistence/server_room.hpp"

namespace headroom::persistence {

std::string server_account(const server_facts& of) {
    std::map<std::string, std::size_t> by_owner;
    std::size_t strangers = 0;
    for (const auto& each : of.backends) {
        const auto name = application_name::parse(each.application_name);
        if (name) ++by_owner[name->system + "/" + name->role];
        else ++strangers;
    }
    std::vector<std::pair<std::string, std::size_t>> owners(by_owner.begin(), by_owner.end());
    std::ranges::sort(owners, [](const auto& a, const auto& b) {
        return std::tie(b.second, a.first) < std::tie(a.second, b.first);
    });
    const auto usable = room_for(of).usable;
    auto text = fmt::format("server: {} of {} slots taken", of.backends.size(),
                            usable ? std::to_string(*usable) : "an unknown number of");
    const char* lead = ": ";
    for (std::size_t i = 0; i < std::min(owners.size(), holders_shown_max); ++i) {
        text += fmt::format("{}{} {}", lead, owners[i].first, owners[i].second);
        lead = ", ";
    }
    if (owners.size() > holders_shown_max)
        text += fmt::format(", {} more", owners.size() - holders_shown_max);
    if (strangers > 0) text += fmt::format("{}{} strangers", lead, strangers);
    return text;
}

void server_note::learn(const server_facts& facts) {
    auto text = server_account(facts);
    std::scoped_lock lock(mutex_);
    text_ = std::move(text);
}

std::string server_note::text() const {
    std::scoped_lock lock(mutex_);
    return text_;
}

budget::fact server_note::quoted() const {
    budget::fact all{text(), {}};
    if (beside_) all.add(beside_());
    return all;
}

}  // namespace headroom::persistence
