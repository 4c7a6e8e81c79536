// http/typed/containers.hpp: values that may be absent, and values that are many.
#pragma once
#include <boost/json/array.hpp>
#include <map>
#include <span>
#include <vector>

#include "headroom/http/typed/value.hpp"

namespace headroom::http::typed {

/// A member that is always written, and null where there is none; std::optional is left out then.
template <class T>
struct nullable {
    std::optional<T> is;

    nullable() = default;
    nullable(std::nullopt_t) {}  // NOLINT(google-explicit-constructor)
    // NOLINTNEXTLINE(google-explicit-constructor)
    nullable(std::optional<T> from) : is(std::move(from)) {}
    nullable(T from) : is(std::move(from)) {}  // NOLINT(google-explicit-constructor)
};

/// Not given and null are none.
template <class T>
struct value<std::optional<T>> {
    static std::optional<T> when_absent() { return std::nullopt; }
    static bool is_absent(const std::optional<T>& of) { return !of.has_value(); }

    static std::optional<std::optional<T>> from_json(const boost::json::value& from,
                                                     const place& at, faults& found) {
        if (from.is_null()) return std::optional<T>();
        return wrapped(value<T>::from_json(from, at, found));
    }
    static std::optional<std::optional<T>> from_text(std::string_view from, const place& at,
                                                     faults& found)
        requires textual<T>
    {
        return wrapped(value<T>::from_text(from, at, found));
    }
    static void write(std::string& to, const std::optional<T>& of) {
        if (of) value<T>::write(to, *of);
        else to += "null";
    }
    static boost::json::object schema(schemas& into) { return or_null(into.of<T>()); }
    /// Of a parameter: null has no text.
    static boost::json::object text_schema(schemas& into) { return into.of<T>(); }

private:
    static std::optional<std::optional<T>> wrapped(std::optional<T> read) {
        if (!read) return std::nullopt;
        return std::optional<std::optional<T>>(std::in_place, std::move(read));
    }
};

template <class T>
struct value<nullable<T>> {
    static std::optional<nullable<T>> from_json(const boost::json::value& from, const place& at,
                                                faults& found) {
        if (from.is_null()) return nullable<T>();
        auto read = value<T>::from_json(from, at, found);
        if (!read) return std::nullopt;
        return nullable<T>(*std::move(read));
    }
    static void write(std::string& to, const nullable<T>& of) {
        if (of.is) value<T>::write(to, *of.is);
        else to += "null";
    }
    static boost::json::object schema(schemas& into) { return or_null(into.of<T>()); }
};

namespace detail {

const boost::json::array* array_in(const boost::json::value& from, const place& at, faults& found);
const boost::json::object* object_in(const boost::json::value& from, const place& at,
                                     faults& found);

template <class T>
std::optional<std::vector<T>> elements_in(const boost::json::value& from, const place& at,
                                          faults& found) {
    const auto* list = array_in(from, at, found);
    if (list == nullptr) return std::nullopt;
    std::vector<T> made;
    made.reserve(list->size());
    for (std::size_t i = 0; i < list->size(); ++i)
        if (auto each = value<T>::from_json((*list)[i], place(at, i), found))
            made.push_back(*std::move(each));
    if (made.size() != list->size()) return std::nullopt;
    return made;
}

template <class T>
std::optional<std::vector<T>> elements_in(std::span<const std::string> from, const place& at,
                                          faults& found) {
    std::vector<T> made;
    for (std::size_t i = 0; i < from.size(); ++i)
        if (auto each = value<T>::from_text(from[i], place(at, i), found))
            made.push_back(*std::move(each));
    if (made.size() != from.size()) return std::nullopt;
    return made;
}

template <class T>
void write_elements(std::string& to, const std::vector<T>& of) {
    to += '[';
    for (const auto& each : of) {
        if (to.back() != '[') to += ',';
        value<T>::write(to, each);
    }
    to += ']';
}

}  // namespace detail

/// An array; in a query, a parameter that may come again and again. As long as the request lets it.
template <class T>
struct value<std::vector<T>> {
    static std::optional<std::vector<T>> from_json(const boost::json::value& from, const place& at,
                                                   faults& found) {
        return detail::elements_in<T>(from, at, found);
    }
    static std::optional<std::vector<T>> from_texts(std::span<const std::string> from,
                                                    const place& at, faults& found)
        requires textual<T>
    {
        return detail::elements_in<T>(from, at, found);
    }
    static void write(std::string& to, const std::vector<T>& of) {
        detail::write_elements(to, of);
    }
    static boost::json::object schema(schemas& into) {
        return {{"type", "array"}, {"items", into.of<T>()}};
    }
};

/// An object with members of any name.
template <class T>
struct value<std::map<std::string, T>> {
    using map = std::map<std::string, T>;

    static std::optional<map> from_json(const boost::json::value& from, const place& at,
                                        faults& found) {
        const auto* members = detail::object_in(from, at, found);
        if (members == nullptr) return std::nullopt;
        map made;
        for (const auto& each : *members) {
            const std::string_view name = each.key();
            if (auto read = value<T>::from_json(each.value(), place(at, name), found))
                made.emplace(name, *std::move(read));
        }
        if (made.size() != members->size()) return std::nullopt;
        return made;
    }
    static void write(std::string& to, const map& of) {
        to += '{';
        for (const auto& [name, each] : of) {
            if (to.back() != '{') to += ',';
            value<std::string>::write(to, name);
            to += ':';
            value<T>::write(to, each);
        }
        to += '}';
    }
    static boost::json::object schema(schemas& into) {
        return {{"type", "object"}, {"additionalProperties", into.of<T>()}};
    }
};

}  // namespace headroom::http::typed
