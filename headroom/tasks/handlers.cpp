#include "headroom/tasks/handlers.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::tasks {

void detail::refuse_arguments(const codec_fault& why) {
    throw task_failed("ArgumentError", why.what).for_good();
}

const detail::handler* handlers::find(std::string_view name) const {
    const auto at = all_.find(name);
    return at == all_.end() ? nullptr : &at->second;
}

std::vector<std::string> handlers::names() const {
    std::vector<std::string> made;
    for (const auto& [name, what] : all_) made.push_back(name);
    return made;
}

bool handlers::any_blocks() const {
    return std::ranges::any_of(all_, [](const auto& each) { return each.second.block != nullptr; });
}

void handlers::add(std::string name, detail::handler what) {
    BOOST_ASSERT_MSG(all_.size() < names_max, "more handlers than names_max");
    BOOST_ASSERT_MSG(!name.empty() && name.size() <= task_name_bytes_max, "a task's name");
    const bool is_new = all_.emplace(std::move(name), std::move(what)).second;
    BOOST_ASSERT_MSG(is_new, "a task has one handler");
}

}  // namespace headroom::tasks
