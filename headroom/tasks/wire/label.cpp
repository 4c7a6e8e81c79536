#include "headroom/tasks/wire/label.hpp"

#include <algorithm>

#include "headroom/tasks/wire/base64.hpp"
#include "headroom/tasks/wire/python_convert.hpp"
#include "headroom/tasks/wire/python_text.hpp"

namespace headroom::tasks {
namespace {

struct code_of {
    label_code operator()(bool) const { return label_code::truth; }
    label_code operator()(std::int64_t) const { return label_code::integer; }
    label_code operator()(const big_integer&) const { return label_code::integer; }
    label_code operator()(double) const { return label_code::number; }
    label_code operator()(const std::string&) const { return label_code::text; }
    label_code operator()(const byte_string&) const { return label_code::bytes; }
    label_code operator()(const auto&) const { return label_code::any; }
};

std::optional<value> bytes_of(const value& sent) {
    const auto* text = sent.get<std::string>();
    auto octets = text ? from_base64(*text) : std::nullopt;
    if (!octets) return std::nullopt;
    return value(byte_string{std::move(*octets)});
}

/// Nothing where Python would raise.
std::optional<value> converted(const value& sent, label_code code) {
    switch (code) {
        case label_code::any: return sent;
        case label_code::integer: return python_int_of(sent);
        case label_code::text: return value(python_str(sent));
        case label_code::number:
            if (const auto number = python_float_of(sent)) return value(*number);
            return std::nullopt;
        case label_code::truth: return value(reads_true(sent));
        case label_code::bytes: return bytes_of(sent);
    }
    return std::nullopt;
}

std::optional<label_code> known_code(const value& sent) {
    const auto* number = sent.get<std::int64_t>();
    if (!number || *number < 1 || *number > static_cast<int>(label_code::bytes))
        return std::nullopt;
    return static_cast<label_code>(*number);
}

}  // namespace

label label_of(value is) {
    const auto code = is.visit(code_of());
    if (code == label_code::any) return {value(python_str(is)), code};
    return {std::move(is), code};
}

decoded<label> read_label(const value& sent, const std::optional<value>& code) {
    if (!code) return label{sent, std::nullopt};
    const auto known = known_code(*code);
    if (!known) return wrong_shape("a label's code that is none of 1 to 6");
    auto made = converted(sent, *known);
    if (!made)
        return wrong_shape(std::string(sent.kind()) + " that is no label of code " +
                           std::to_string(static_cast<int>(*known)));
    return label{std::move(*made), *known};
}

value sent_form(const label& of) {
    if (!of.code) return of.is;
    if (const auto* bytes = of.is.get<byte_string>()) return to_base64(bytes->octets);
    return python_str(of.is);
}

const label* label_set::find(std::string_view name) const noexcept {
    const auto found = std::ranges::find(labels_, name, &named_label::name);
    return found == labels_.end() ? nullptr : &found->is;
}

const value* label_set::value_of(std::string_view name) const noexcept {
    const auto* found = find(name);
    return found ? &found->is : nullptr;
}

void label_set::set(std::string_view name, label is) {
    const auto found = std::ranges::find(labels_, name, &named_label::name);
    if (found == labels_.end()) labels_.push_back({std::string(name), std::move(is)});
    else found->is = std::move(is);
}

bool label_set::erase(std::string_view name) {
    return std::erase_if(labels_, [&](const named_label& each) { return each.name == name; }) > 0;
}

decoded<label_set> read_labels(const object& sent, const value* types) {
    const auto* codes = types ? types->get<object>() : nullptr;
    if (sent.size() > labels_max || (codes && codes->size() > labels_max))
        return std::unexpected(codec_fault{codec_fault_kind::too_many, "labels", 0});
    if (types && !types->is_null() && !codes) return wrong_shape("labels_types is not an object");
    if (codes)
        for (const auto& [name, code] : *codes)
            if (!code.get<std::int64_t>()) return wrong_shape("a label's code is not an integer");
    label_set made;
    for (const auto& [name, each] : sent) {
        if (name.size() > label_name_bytes_max)
            return std::unexpected(codec_fault{codec_fault_kind::too_large, "a label's name", 0});
        const auto* code = codes ? codes->find(name) : nullptr;
        auto read = read_label(each, code ? std::optional(*code) : std::nullopt);
        if (!read) return std::unexpected(std::move(read.error()));
        made.set(name, std::move(*read));
    }
    return made;
}

object sent_labels(const label_set& of) {
    std::vector<member> members;
    for (const auto& [name, each] : of) members.push_back({name, sent_form(each)});
    return object::from(std::move(members));
}

object sent_label_types(const label_set& of) {
    std::vector<member> members;
    for (const auto& [name, each] : of)
        if (each.code) members.push_back({name, static_cast<int>(*each.code)});
    return object::from(std::move(members));
}

object converted_labels(const label_set& of) {
    std::vector<member> members;
    for (const auto& [name, each] : of) members.push_back({name, each.is});
    return object::from(std::move(members));
}

}  // namespace headroom::tasks
