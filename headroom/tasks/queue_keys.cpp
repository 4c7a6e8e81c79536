#include "headroom/tasks/queue_keys.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::tasks {

std::optional<std::string> queue_name_fault(std::string_view name) {
    if (name.empty()) return "not be empty";
    if (name.size() > queue_name_bytes_max)
        return "have " + std::to_string(queue_name_bytes_max) + " bytes or less";
    const auto forbidden = [](char c) {
        return c == '{' || c == '}' || static_cast<unsigned char>(c) <= ' ' || c == '\x7f';
    };
    if (std::ranges::any_of(name, forbidden)) return "have no braces, blanks or control characters";
    return std::nullopt;
}

queue_keys::queue_keys(std::string name)
    : stream(std::move(name)), delayed('{' + stream + "}:d"), payloads('{' + stream + "}:p"),
      dead('{' + stream + "}:dlq"), paused('{' + stream + "}:paused"),
      cancelled('{' + stream + "}:x"), version('{' + stream + "}:v"),
      limited('{' + stream + "}:limits"), channel('{' + stream + "}:c") {
    BOOST_ASSERT_MSG(!queue_name_fault(stream), "a queue's name is checked where it is read");
}

std::string queue_keys::dedup(std::string_view key) const {
    return '{' + stream + "}:dd:" + std::string(key);
}

limit_keys queue_keys::limit(std::string_view task) const {
    const auto of = task.empty() ? std::string() : ':' + std::string(task);
    const auto key = [&](const char* word) { return '{' + stream + "}:" + word + of; };
    return {key("slots"), key("rate"), key("wait")};
}

}  // namespace headroom::tasks
