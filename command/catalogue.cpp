#include "command/catalogue.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>

#include "command/fields.hpp"
#include "command/spelling.hpp"
#include "command/tree_checks.hpp"

namespace headroom::command {
namespace {

using kind = yaml_node::kind;

constexpr std::array<std::string_view, 3> keys_at_top{"workers", "prefixes", "pools"};
constexpr std::array<std::string_view, 5> keys_a_consumer_has{
    "resource", "overflow", "estimate", "instances", "per"};
constexpr std::array<std::string_view, 3> uses{"unsaid", "cache", "queue"};
constexpr std::array<std::string_view, 3> readings{"unsaid", "runner", "poller"};
constexpr std::array<std::string_view, 3> resources{"postgres", "redis", "threads"};

using texts = std::vector<std::string>;

struct list_field {
    std::string_view key;
    texts catalogue_pool::*into;
};
constexpr std::array<list_field, 7> lists{
    {{"schemes", &catalogue_pool::schemes},
     {"signs", &catalogue_pool::signs},
     {"urls", &catalogue_pool::urls},
     {"replaces", &catalogue_pool::replaces},
     {"settings", &catalogue_pool::pool_settings},
     {"overflow_settings", &catalogue_pool::overflow_settings},
     {"instance_settings", &catalogue_pool::instance_settings}}};

struct text_field {
    std::string_view key;
    std::string catalogue_pool::*into;
};
constexpr std::array<text_field, 6> plain{
    {{"title", &catalogue_pool::title},
     {"times", &catalogue_pool::times},
     {"source", &catalogue_pool::source},
     {"note", &catalogue_pool::note},
     {"parameter", &catalogue_pool::pool_parameter},
     {"overflow_parameter", &catalogue_pool::overflow_parameter}}};

struct number_field {
    std::string_view key;
    unsigned catalogue_pool::*into;
};
constexpr std::array<number_field, 2> numbers{
    {{"per_cpu", &catalogue_pool::per_cpu}, {"least", &catalogue_pool::least}}};

/// Reads the tree into a catalogue and collects what is wrong on the way.
class reader : public tree_checks {
public:
    catalogue read(const yaml_node& root);

private:
    catalogue_pool read_pool(const yaml_node& node, const std::string& path);
    void read_value(catalogue_pool& into, std::string_view key, const yaml_node& node,
                    const std::string& path);
    void read_pool_size(catalogue_pool& into, const yaml_node& node, const std::string& path);
    texts read_list(const yaml_node& node, const std::string& path);
    void check(const catalogue_pool& made, const yaml_node& node, const std::string& path);
    std::size_t word(const yaml_node& node, const std::string& path, words allowed);

    catalogue out_;
};

catalogue reader::read(const yaml_node& root) {
    if (!is(kind::map, root, "catalogue")) return {};
    check_keys(root, "catalogue", keys_at_top);
    if (const auto* workers = value_of(root, "workers"))
        out_.worker_settings = read_list(*workers, "workers");
    if (const auto* prefixes = value_of(root, "prefixes"))
        out_.prefix_settings = read_list(*prefixes, "prefixes");
    const auto* pools = value_of(root, "pools");
    if (pools == nullptr || !is(kind::list, *pools, "pools") ||
        !is_within(pools_max, *pools, "pools"))
        return std::move(out_);
    for (std::size_t i = 0; i < pools->entries.size(); ++i) {
        const auto path = fmt::format("pools[{}]", i);
        const auto& node = pools->entries[i].value;
        if (!is(kind::map, node, path)) continue;
        auto made = read_pool(node, path);
        check(made, node, path);
        out_.pools.push_back(std::move(made));
    }
    return std::move(out_);
}

catalogue_pool reader::read_pool(const yaml_node& node, const std::string& path) {
    const auto keys = pool_keys();
    check_keys(node, path, keys);
    catalogue_pool made;
    made.open.pool = {};
    for (const auto& [key, line, value] : node.entries)
        if (holds(keys, key)) read_value(made, key, value, path + "." + key);
    return made;
}

void reader::read_value(catalogue_pool& into, std::string_view key, const yaml_node& node,
                        const std::string& path) {
    for (const auto& each : lists)
        if (each.key == key) return void(into.*each.into = read_list(node, path));
    if (!is(kind::scalar, node, path)) return;
    for (const auto& each : plain)
        if (each.key == key) return void(into.*each.into = text(node, path));
    for (const auto& each : numbers)
        if (each.key == key)
            return complain_if(read_number(node.text, 0, budget::figure_max, into.*each.into),
                               node.line, path);
    if (key == "pool") return read_pool_size(into, node, path);
    if (key == "use") return void(into.use = static_cast<redis_use>(word(node, path, uses)));
    if (key == "follows")
        return void(into.follows = static_cast<log_reading>(word(node, path, readings)));
    if (key == "verified") {
        static constexpr std::array<std::string_view, 2> answers{"false", "true"};
        into.verified = word(node, path, answers) == 1;
    } else if (key == "name") {
        complain_if(check_name(node.text), node.line, path);
        into.name = into.open.name = node.text;
    } else {
        complain_if(assign(into.open, key, node.text), node.line, path);
    }
}

void reader::read_pool_size(catalogue_pool& into, const yaml_node& node, const std::string& path) {
    if (node.text == "unbounded") {
        into.open.pool = {};
        into.open.overflow = {budget::overflow_kind::unbounded, 0};
        return;
    }
    complain_if(assign(into.open, "pool", node.text), node.line, path);
}

texts reader::read_list(const yaml_node& node, const std::string& path) {
    texts list;
    if (!is(kind::list, node, path) || !is_within(pool_words_max, node, path)) return list;
    for (const auto& each : node.entries) list.push_back(text(each.value, path));
    return list;
}

std::size_t reader::word(const yaml_node& node, const std::string& path, words allowed) {
    const auto at = std::ranges::find(allowed, node.text);
    if (at != allowed.end()) return static_cast<std::size_t>(at - allowed.begin());
    complain(node.line, path,
             fmt::format("is none of {}{} ({})", fmt::join(allowed, ", "),
                         did_you_mean(node.text, allowed), in_quotes(node.text)));
    return 0;
}

void reader::check(const catalogue_pool& made, const yaml_node& node, const std::string& path) {
    for (const std::string_view needed : {"name", "resource", "pool", "source"})
        if (value_of(node, needed) == nullptr)
            complain(node.line, fmt::format("{}.{}", path, needed), "is missing");
    if (const auto& at = made.open.resource; !at.empty() && !holds(resources, at))
        complain(node.line, path + ".resource", "must be postgres, redis or threads");
    if (made.per_cpu > 0 && !made.open.pool)
        complain(node.line, path + ".per_cpu", "is read by nothing: the pool has no bound");
    const auto same = [&](const catalogue_pool& other) { return other.name == made.name; };
    if (!made.name.empty() && std::ranges::any_of(out_.pools, same))
        complain(node.line, path + ".name", fmt::format("{} stands twice", in_quotes(made.name)));
}

}  // namespace

std::string_view catalogue_pool::library() const noexcept {
    return std::string_view(name).substr(0, name.find('.'));
}

budget::figure catalogue_pool::sized(unsigned cpus) const noexcept {
    if (!open.pool) return {};
    const auto by_cpus = *open.pool + std::uint64_t{per_cpu} * cpus;
    return std::max<std::uint64_t>(by_cpus, least);
}

void catalogue::add(catalogue more) {
    for (auto& each : more.pools) {
        const auto at = std::ranges::find(pools, each.name, &catalogue_pool::name);
        if (at != pools.end())
            *at = std::move(each);
        else
            pools.push_back(std::move(each));
    }
    for (auto& each : more.worker_settings) worker_settings.push_back(std::move(each));
    for (auto& each : more.prefix_settings) prefix_settings.push_back(std::move(each));
}

bool catalogue::knows_library(std::string_view name) const noexcept {
    return std::ranges::any_of(pools, [&](const catalogue_pool& each) {
        return each.name == name || each.library() == name;
    });
}

std::vector<std::string_view> catalogue::libraries() const {
    std::vector<std::string_view> names;
    for (const auto& each : pools)
        if (!holds(names, each.library())) names.push_back(each.library());
    return names;
}

std::expected<catalogue, std::vector<fault>> read_catalogue(const std::string& text) {
    const auto tree = parse_yaml(text);
    if (!tree) return std::unexpected(std::vector{tree.error()});
    reader reads;
    catalogue made;
    auto faults = reads.collect([&] { made = reads.read(*tree); });
    if (!faults.empty()) return std::unexpected(std::move(faults));
    return made;
}

std::vector<std::string_view> pool_keys() {
    std::vector<std::string_view> keys{"name", "pool", "use", "follows", "verified"};
    keys.insert(keys.end(), keys_a_consumer_has.begin(), keys_a_consumer_has.end());
    for (const auto& each : plain) keys.push_back(each.key);
    for (const auto& each : lists) keys.push_back(each.key);
    for (const auto& each : numbers) keys.push_back(each.key);
    return keys;
}

}  // namespace headroom::command
