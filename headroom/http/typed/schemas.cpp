#include "headroom/http/typed/schemas.hpp"

#include <boost/assert.hpp>
#include <boost/core/demangle.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <cctype>

namespace headroom::http::typed {
namespace json = boost::json;

// Words of the demangled name, each without what "::" sets before it.
std::string plain_name(const std::type_info& of) {
    std::string name, word;
    const auto end_word = [&] {
        if (!word.empty()) name += (name.empty() ? "" : "_") + std::exchange(word, {});
    };
    const auto text = boost::core::demangle(of.name());
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char each = text[i];
        if (std::isalnum(static_cast<unsigned char>(each)) != 0 || each == '_') word += each;
        else if (text.compare(i, 2, "::") == 0) word.clear();
        else if (each == '<' || each == ',') end_word();
    }
    end_word();
    return name;
}

json::object schemas::component(std::type_index type, const std::string& name,
                                const std::function<json::object()>& make) {
    const auto [at, fresh] = all_.try_emplace(name, type, json::object());
    BOOST_ASSERT_MSG(at->second.type == type, "two types have one schema's name");
    if (fresh) at->second.schema = make();
    return {{"$ref", "#/components/schemas/" + name}};
}

json::object schemas::all() const {
    json::object made;
    for (const auto& [name, each] : all_) made.emplace(name, each.schema);
    return made;
}

json::object schemas::field(const answer_field& of) {
    if (!fields_.contains(of.name)) {
        json::object made{{"description", of.text}, {"schema", json::parse(of.schema)}};
        if (of.always) made["required"] = true;
        fields_.emplace(of.name, std::move(made));
    }
    return {{"$ref", "#/components/headers/" + std::string(of.name)}};
}

json::object or_null(json::object schema) {
    if (auto* type = schema.if_contains("type"); type != nullptr && type->is_string()) {
        *type = json::array{*type, "null"};
        if (auto* names = schema.if_contains("enum")) names->as_array().push_back(nullptr);
        return schema;
    }
    if (schema.empty()) return schema;
    return {{"anyOf", json::array{std::move(schema), json::object{{"type", "null"}}}}};
}

}  // namespace headroom::http::typed
