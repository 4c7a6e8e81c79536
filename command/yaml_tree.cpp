#include "command/yaml_tree.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <sstream>

#include "command/spelling.hpp"

namespace headroom::command {
namespace {

struct refused_yaml {
    fault why;
};

unsigned line_of(const YAML::Mark& at) {
    return at.line < 0 ? 0 : static_cast<unsigned>(at.line) + 1;
}

[[noreturn]] void refuse(unsigned line, std::string what) {
    throw refused_yaml{{line, "yaml", std::move(what)}};
}

/// Receives events in document order; `open_` is the path from the root to where we are.
class tree_builder final : public YAML::EventHandler {
public:
    yaml_node take() { return std::move(root_); }
    bool empty() const { return nodes_ == 0; }

    void OnDocumentStart(const YAML::Mark& at) override {
        if (++documents_ > 1) refuse(line_of(at), "only one document is read");
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& at, YAML::anchor_t) override {
        add({yaml_node::kind::null, line_of(at), {}, {}});
    }
    void OnAlias(const YAML::Mark& at, YAML::anchor_t) override {
        refuse(line_of(at), "aliases (*name) are not read: write the value out");
    }
    void OnScalar(const YAML::Mark& at, const std::string& tag, YAML::anchor_t,
                  const std::string& value) override {
        check_tag(at, tag);
        add({yaml_node::kind::scalar, line_of(at), value, {}});
    }
    void OnSequenceStart(const YAML::Mark& at, const std::string& tag, YAML::anchor_t,
                         YAML::EmitterStyle::value) override {
        open(at, tag, yaml_node::kind::list);
    }
    void OnSequenceEnd() override { open_.pop_back(); }
    void OnMapStart(const YAML::Mark& at, const std::string& tag, YAML::anchor_t,
                    YAML::EmitterStyle::value) override {
        open(at, tag, yaml_node::kind::map);
    }
    void OnMapEnd() override { open_.pop_back(); }

private:
    // "?" is a plain scalar, "!" a quoted one; anything else was written by hand.
    static void check_tag(const YAML::Mark& at, const std::string& tag) {
        if (!tag.empty() && tag != "?" && tag != "!")
            refuse(line_of(at), "tags (!name) are not read");
    }

    void open(const YAML::Mark& at, const std::string& tag, yaml_node::kind is) {
        check_tag(at, tag);
        if (open_.size() >= yaml_depth_max)
            refuse(line_of(at), fmt::format("is nested deeper than {} levels", yaml_depth_max));
        open_.push_back(&add({is, line_of(at), {}, {}}));
    }

    yaml_node& add(yaml_node node) {
        if (++nodes_ > yaml_nodes_max)
            refuse(node.line, fmt::format("has more than {} values", yaml_nodes_max));
        if (open_.empty()) return root_ = std::move(node);
        auto& into = *open_.back();
        const bool names_a_key = into.is == yaml_node::kind::map && !key_is_open_;
        if (names_a_key) return add_key(into, node);
        if (into.is == yaml_node::kind::list) into.entries.push_back({{}, node.line, {}});
        key_is_open_ = false;
        return into.entries.back().value = std::move(node);
    }

    yaml_node& add_key(yaml_node& into, const yaml_node& key) {
        if (key.is != yaml_node::kind::scalar) refuse(key.line, "a key must be a word");
        into.entries.push_back({key.text, key.line, {}});
        key_is_open_ = true;
        return into.entries.back().value;
    }

    yaml_node root_;
    std::vector<yaml_node*> open_;  // stable: only the innermost one's children grow
    std::size_t nodes_ = 0, documents_ = 0;
    bool key_is_open_ = false;
};

yaml_node read_only_document(const std::string& text) {
    std::istringstream stream(text);
    YAML::Parser parser(stream);
    tree_builder builder;
    while (parser.HandleNextDocument(builder)) {
    }
    if (builder.empty()) refuse(1, "is empty");
    return builder.take();
}

}  // namespace

std::expected<yaml_node, fault> parse_yaml(const std::string& text) try {
    return read_only_document(text);
} catch (const refused_yaml& refused) {
    return std::unexpected(refused.why);
} catch (const YAML::Exception& broken) {
    return std::unexpected(
        fault{line_of(broken.mark), "yaml", "cannot be read: " + printable(broken.msg)});
}

}  // namespace headroom::command
