// command/yaml_tree.hpp: one YAML document as a small tree that remembers its lines.
//
// Built from yaml-cpp's events and bounded while it grows: aliases and tags, which can make a small
// file expand without end, are refused.
#pragma once
#include <expected>
#include <string>
#include <utility>
#include <vector>

namespace headroom::command {

inline constexpr std::size_t yaml_depth_max = 8;
inline constexpr std::size_t yaml_nodes_max = 50'000;

/// Something wrong in a file. Line 0: the file as a whole.
struct fault {
    unsigned line = 0;
    std::string key;   ///< "consumers[2].pool", or "file"
    std::string what;  ///< "must not be negative ('-5', 0 to 1000000)"
    bool operator==(const fault&) const = default;
};

struct yaml_node {
    enum class kind { null, scalar, list, map };
    struct entry;

    kind is = kind::null;
    unsigned line = 0;  ///< counted from 1
    std::string text;   ///< of a scalar
    std::vector<entry>
        entries;  ///< of a map, in its order, duplicates included; of a list, unnamed
};

struct yaml_node::entry {
    std::string key;
    unsigned line = 0;  ///< of the key
    yaml_node value;
};

/// The only document of `text`, or the first fault.
std::expected<yaml_node, fault> parse_yaml(const std::string& text);

}  // namespace headroom::command
