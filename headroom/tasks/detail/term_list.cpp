#include "headroom/tasks/detail/term_list.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>

#include "headroom/tasks/detail/read_quotas.hpp"

namespace headroom::tasks::detail {
namespace {

constexpr std::size_t names_max = 1'000;  // of one list

/// One name, and the words behind it.
struct item {
    std::string_view name;
    std::vector<std::pair<std::string_view, std::string_view>> words;
};

std::vector<std::string_view> parts_of(std::string_view text, char at) {
    std::vector<std::string_view> made;
    while (!text.empty()) {
        const auto end = std::min(text.find(at), text.size());
        if (end > 0) made.push_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return made;
}

listed<std::vector<item>> items_of(std::string_view text) {
    std::vector<item> made;
    for (const auto part : parts_of(text, ',')) {
        const auto words = parts_of(part, ' ');
        if (words.empty()) continue;
        item one{words.front(), {}};
        for (const auto word : std::vector(words.begin() + 1, words.end())) {
            const auto at = word.find('=');
            if (at == word.npos)
                return std::unexpected(fmt::format("have word=number behind {}", one.name));
            one.words.emplace_back(word.substr(0, at), word.substr(at + 1));
        }
        if (std::ranges::find(made, one.name, &item::name) != made.end())
            return std::unexpected(fmt::format("have {} once", one.name));
        if (made.size() == names_max)
            return std::unexpected(fmt::format("have {} names or less", names_max));
        made.push_back(std::move(one));
    }
    return made;
}

template <class Number>
bool read_number(std::string_view text, Number& into) {
    const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), into);
    return code == std::errc() && end == text.data() + text.size() && !text.empty();
}

/// False for a word that is none of theirs; `fault` for one that has no number.
bool read_limit(std::string_view word, std::string_view number, run_limits& into, bool& fault) {
    if (word == "concurrent")
        fault = !read_number(number, into.concurrent);
    else if (word == "per_second")
        fault = !read_number(number, into.per_second);
    else if (word == "burst")
        fault = !read_number(number, into.burst);
    else
        return false;
    return true;
}

/// Fills in the limits of one item; `weight`, where it may have one, too.
std::optional<std::string> read_words(const item& of, run_limits& into, unsigned* weight) {
    for (const auto& [word, number] : of.words) {
        bool fault = false;
        if (weight != nullptr && word == "weight")
            fault = !read_number(number, *weight) || *weight < 1 ||
                    *weight > read_quotas::weight_max;
        else if (!read_limit(word, number, into, fault))
            return fmt::format("have no {} behind {}", word, of.name);
        if (fault) return fmt::format("have a number for {} of {}", word, of.name);
    }
    if (const auto wrong = limits_fault(into)) return fmt::format("{}: {}", *wrong, of.name);
    return std::nullopt;
}

}  // namespace

listed<std::vector<queue_share>> parse_queues(std::string_view text) {
    const auto items = items_of(text);
    if (!items) return std::unexpected(items.error());
    if (items->empty() || items->size() > read_quotas::queues_max)
        return std::unexpected(fmt::format("name 1 to {} queues", read_quotas::queues_max));
    std::vector<queue_share> made;
    for (const auto& each : *items) {
        queue_share one{.name = std::string(each.name)};
        if (const auto wrong = queue_name_fault(one.name))
            return std::unexpected(fmt::format("{}: {}", *wrong, one.name));
        if (auto wrong = read_words(each, one.limits, &one.weight))
            return std::unexpected(*std::move(wrong));
        made.push_back(std::move(one));
    }
    return made;
}

listed<std::map<std::string, run_limits, std::less<>>> parse_limits(std::string_view text) {
    const auto items = items_of(text);
    if (!items) return std::unexpected(items.error());
    std::map<std::string, run_limits, std::less<>> made;
    for (const auto& each : *items) {
        run_limits one;
        if (auto wrong = read_words(each, one, nullptr)) return std::unexpected(*std::move(wrong));
        made.emplace(each.name, one);
    }
    return made;
}

}  // namespace headroom::tasks::detail
