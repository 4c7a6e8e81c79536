#include "headroom/http/detail/route_table.hpp"

#include <algorithm>
#include <array>
#include <boost/assert.hpp>

#include "headroom/http/detail/grammar.hpp"
#include "headroom/http/detail/target.hpp"

namespace headroom::http::detail {
namespace {

std::vector<std::string_view> split(std::string_view path) {
    std::vector<std::string_view> out;
    path.remove_prefix(1);
    for (;;) {
        const auto slash = path.find('/');
        out.push_back(path.substr(0, slash));
        if (slash == std::string_view::npos) return out;
        path.remove_prefix(slash + 1);
    }
}

bool is_named(std::string_view segment) { return segment.starts_with('{'); }

std::string_view name_of(std::string_view segment) { return segment.substr(1, segment.size() - 2); }

bool well_formed(std::string_view segment) {
    if (is_named(segment)) return segment.ends_with('}') && is_token(name_of(segment));
    return all_of(segment, path_char);
}

// A named segment takes any text but an empty one.
bool matches(std::string_view pattern, std::string_view segment) {
    if (is_named(pattern)) return !segment.empty();
    if (segment.find('%') == std::string_view::npos) return pattern == segment;
    return pattern == decode(segment);
}

bool matches(const path_entry& entry, const std::vector<std::string_view>& path) {
    return std::ranges::equal(entry.segments, path,
                              [](const std::string& pattern, std::string_view segment) {
                                  return matches(std::string_view(pattern), segment);
                              });
}

// Two templates of one shape would compete for the same paths.
bool same_shape(const std::vector<std::string>& a, const std::vector<std::string_view>& b) {
    return std::ranges::equal(a, b, [](const std::string& x, std::string_view y) {
        return is_named(x) ? is_named(y) : x == y;
    });
}

// Literal before named, from the left: the order in which templates are tried.
bool more_literal(const path_entry* a, const path_entry* b) {
    return std::ranges::lexicographical_compare(a->segments, b->segments,
                                                [](const std::string& x, const std::string& y) {
                                                    if (is_named(x) != is_named(y))
                                                        return is_named(y);
                                                    return !is_named(x) && x < y;
                                                });
}

std::string allow_of(const std::vector<path_entry::served>& methods) {
    std::string out;
    for (const auto& each : methods) {
        out += to_string(each.verb);
        out += ", ";
        if (each.verb == method::get) out += "HEAD, ";
    }
    return out + "OPTIONS";
}

}  // namespace

const path_entry::served* path_entry::find(method verb) const noexcept {
    const auto at = std::ranges::find(methods, verb, &served::verb);
    if (at != methods.end()) return &*at;
    return verb == method::head ? find(method::get) : nullptr;
}

path_entry& route_table::entry(std::string_view path_template) {
    BOOST_ASSERT_MSG(path_template.starts_with('/'), "a path template begins with a slash");
    const auto segments = split(path_template);
    BOOST_ASSERT_MSG(std::ranges::all_of(segments, well_formed), "a path template is malformed");
    for (const auto& each : entries_) {
        if (!same_shape(each->segments, segments)) continue;
        BOOST_ASSERT_MSG(each->path_template == path_template,
                         "two templates name the same segment differently");
        return *each;
    }
    auto& added = *entries_.emplace_back(std::make_unique<path_entry>());
    added.path_template = path_template;
    added.segments.assign(segments.begin(), segments.end());
    if (std::ranges::none_of(segments, is_named)) {
        literal_.emplace(path_template, &added);
    } else {
        added.named = true;
        named_.push_back(&added);
        std::ranges::sort(named_, more_literal);
    }
    return added;
}

void route_table::add(method verb, std::string_view path_template, handler by, admission when,
                      body_use body) {
    BOOST_ASSERT_MSG(verb <= method::del, "this method is the server's own");
    auto& on = entry(path_template);
    BOOST_ASSERT_MSG(
        std::ranges::find(on.methods, verb, &path_entry::served::verb) == on.methods.end(),
        "a route is entered twice");
    on.methods.push_back({verb, std::move(by), when, body});
    on.allow = allow_of(on.methods);
}

matched route_table::find(method verb, std::string_view raw_path) const {
    if (const auto at = literal_.find(raw_path); at != literal_.end())
        return {at->second, at->second->find(verb)};
    if (!raw_path.starts_with('/')) return {};
    const auto path = split(raw_path);
    // However a path is written, it is the same path, and the literal one comes first.
    if (raw_path.find('%') != std::string_view::npos)
        for (const auto& [text, each] : literal_)
            if (matches(*each, path)) return {each, each->find(verb)};
    for (const auto* each : named_)
        if (matches(*each, path)) return {each, each->find(verb)};
    return {};
}

std::vector<path_parameter> route_table::parameters(const path_entry& of,
                                                    std::string_view raw_path) {
    std::vector<path_parameter> out;
    const auto path = split(raw_path);
    for (std::size_t i = 0; i < of.segments.size(); ++i)
        if (is_named(of.segments[i])) out.push_back({name_of(of.segments[i]), decode(path[i])});
    return out;
}

std::vector<route_name> route_table::served() const {
    std::vector<route_name> all;
    for (const auto& entry : entries_)
        for (const auto& each : entry->methods) all.push_back({each.verb, entry->path_template});
    return all;
}

std::string route_table::allow_any() const {
    std::vector<path_entry::served> seen;
    for (const auto& entry : entries_)
        for (const auto& each : entry->methods)
            if (std::ranges::find(seen, each.verb, &path_entry::served::verb) == seen.end())
                seen.push_back({each.verb, {}, admission::sheddable});
    return allow_of(seen);
}

}  // namespace headroom::http::detail
