#include "command/tree_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "command/source_file.hpp"
#include "command/spelling.hpp"

namespace headroom::command {
namespace {

using kind = yaml_node::kind;

/// Ends the reading: what follows would cost more than it helps.
struct too_many_faults {
    unsigned line;
};

std::string_view name_of(kind of) {
    switch (of) {
        case kind::null:
            return "nothing";
        case kind::scalar:
            return "a single value";
        case kind::list:
            return "a list";
        case kind::map:
            return "a map of keys";
    }
    return "something else";
}

// One line of UTF-8 in which a terminal finds nothing to obey.
bool is_one_line(std::string_view text) {
    if (!check_source(std::string(text))) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if (byte < 0x20) return false;
        if (byte == 0xC2 && static_cast<unsigned char>(text[i + 1]) < 0xA0) return false;
    }
    return true;
}

}  // namespace

std::vector<fault> tree_checks::collect(const std::function<void()>& reading) {
    try {
        reading();
    } catch (const too_many_faults& rest) {
        faults_.push_back({rest.line, "file", "has more faults than those shown"});
    }
    std::ranges::sort(faults_, [](const fault& a, const fault& b) {
        return std::tie(a.line, a.key, a.what) < std::tie(b.line, b.key, b.what);
    });
    return std::exchange(faults_, {});
}

void tree_checks::complain(unsigned line, std::string_view path, std::string what) {
    if (faults_.size() == faults_max) throw too_many_faults{line};
    faults_.push_back({line, printable(path), std::move(what)});
}

void tree_checks::complain_if(const complaint& wrong, unsigned line, std::string_view path) {
    if (wrong) complain(line, path, *wrong);
}

bool tree_checks::is(kind wanted, const yaml_node& node, const std::string& path) {
    if (node.is == wanted) return true;
    complain(node.line, path,
             fmt::format("must be {}, and is {}", name_of(wanted), name_of(node.is)));
    return false;
}

bool tree_checks::is_within(std::size_t most, const yaml_node& node, const std::string& path) {
    if (node.entries.size() <= most) return true;
    complain(node.line, path,
             fmt::format("has {} entries, at most {} are read", node.entries.size(), most));
    return false;
}

void tree_checks::check_keys(const yaml_node& map, const std::string& path, words allowed,
                             words more) {
    std::vector<std::string_view> known(allowed.begin(), allowed.end());
    known.insert(known.end(), more.begin(), more.end());
    std::unordered_map<std::string_view, unsigned> first;
    for (const auto& [key, line, value] : map.entries) {
        if (!known.empty() && !holds(known, key))
            complain(line, path,
                     fmt::format("unknown key {}{}", in_quotes(key), did_you_mean(key, known)));
        if (const auto [at, is_new] = first.emplace(key, line); !is_new)
            complain(
                line, path,
                fmt::format("key {} stands twice, first in line {}", in_quotes(key), at->second));
    }
}

std::string tree_checks::text(const yaml_node& node, const std::string& path) {
    if (!is(kind::scalar, node, path)) return {};
    if (node.text.empty() || node.text.size() > text_max)
        complain(node.line, path,
                 fmt::format("must have 1 to {} bytes, and has {}", text_max, node.text.size()));
    else if (!is_one_line(node.text))
        complain(node.line, path,
                 fmt::format("must be one line of text ({})", in_quotes(node.text)));
    else
        return node.text;
    return {};
}

const yaml_node* value_of(const yaml_node& map, std::string_view key) {
    const auto at = std::ranges::find(map.entries, key, &yaml_node::entry::key);
    return at == map.entries.end() ? nullptr : &at->value;
}

}  // namespace headroom::command
