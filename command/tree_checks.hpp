// command/tree_checks.hpp: what any file of ours is checked for, and the faults this finds.
#pragma once
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "command/fields.hpp"
#include "command/yaml_tree.hpp"

namespace headroom::command {

using words = std::span<const std::string_view>;

inline constexpr std::size_t faults_max = 100;  ///< reported of one file; one more ends the reading
inline constexpr std::size_t text_max = 120;    ///< bytes of a text for people

/// Base of a reader: collects faults instead of stopping at the first. `path` says where in the
/// file a node stands: "consumers[2].pool".
class tree_checks {
public:
    /// Runs `reading`, which calls the checks below, and returns the faults in the order of their
    /// lines: at most faults_max, and then one that says that there are more.
    std::vector<fault> collect(const std::function<void()>& reading);

protected:
    /// Ends the reading when there are faults_max already.
    void complain(unsigned line, std::string_view path, std::string what);
    void complain_if(const complaint& wrong, unsigned line, std::string_view path);

    bool is(yaml_node::kind wanted, const yaml_node& node, const std::string& path);
    bool is_within(std::size_t most, const yaml_node& node, const std::string& path);
    /// Every key once, and one of `allowed` or `more` unless both are empty.
    void check_keys(const yaml_node& map, const std::string& path, words allowed, words more = {});
    /// One line of text for people, or empty with a fault.
    std::string text(const yaml_node& node, const std::string& path);

private:
    std::vector<fault> faults_;
};

/// The first value of a key, or null.
const yaml_node* value_of(const yaml_node& map, std::string_view key);

}  // namespace headroom::command
