// http/typed/described.hpp: structs and enums, by Boost.Describe.
//
//     struct item {
//         text<1, 255> name;
//         bounded<int, 1, 100> count;
//         std::optional<timestamp> due;
//     };
//     BOOST_DESCRIBE_STRUCT(item, (), (name, count, due))
//
// A struct is a JSON object with its members' names, in their order. What is no optional and has no
// default must be given; a member nobody knows is a fault.
#pragma once
#include <boost/describe.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/mp11.hpp>
#include <span>

#include "headroom/http/typed/containers.hpp"

namespace headroom::http::typed {

template <class T>
concept described_enum = std::is_enum_v<T> && boost::describe::has_describe_enumerators<T>::value;
template <class T>
concept described_struct = std::is_class_v<T> && boost::describe::has_describe_members<T>::value;

/// How an enumerator is written; "" for one that never is. Specialise for other words than the
/// enumerator's own.
template <described_enum E>
struct enum_text {
    static std::string_view of(E, const char* name) { return name; }
};

namespace detail {

/// The fault of a text that is none of `names`.
void not_among(std::span<const std::string_view> names, const place& at, faults& found);
boost::json::object enum_schema(std::span<const std::string_view> names);
/// A fault for each member of `in` that is none of `names`.
void unknown_members(const boost::json::object& in, std::span<const std::string_view> names,
                     const place& at, faults& found);
void write_name(std::string& to, std::string_view name);

/// False with a fault, when it is missing or wrong. `met` counts members that are there.
template <class T>
bool read_member(const boost::json::object& in, std::string_view name, T& to, std::size_t& met,
                 const place& above, faults& found) {
    const auto* there = in.if_contains(name);
    if (there != nullptr) ++met;
    if constexpr (omittable<T>) {
        if (there == nullptr || there->is_null()) {
            to = value<T>::when_absent();
            return true;
        }
    }
    const place at(above, name);
    if (there == nullptr) {
        found.add(at, "must be given");
        return false;
    }
    auto read = value<T>::from_json(*there, at, found);
    if (!read) return false;
    to = *std::move(read);
    return true;
}

}  // namespace detail

template <described_enum E>
struct value<E> {
    static std::optional<E> from_json(const boost::json::value& from, const place& at,
                                      faults& found) {
        return detail::by_text<E>(from, at, found);
    }
    static std::optional<E> from_text(std::string_view from, const place& at, faults& found) {
        std::optional<E> made;
        if (!from.empty())
            for_each([&](E each, std::string_view name) {
                if (name == from) made = each;
            });
        if (!made) detail::not_among(names(), at, found);
        return made;
    }
    static void write(std::string& to, E of) {
        std::string_view found;
        for_each([&](E each, std::string_view name) {
            if (each == of) found = name;
        });
        value<std::string>::write(to, found);
    }
    static boost::json::object schema(schemas&) { return detail::enum_schema(names()); }

private:
    template <class Each>
    static void for_each(Each each) {
        boost::mp11::mp_for_each<boost::describe::describe_enumerators<E>>(
            [&](auto of) { each(of.value, enum_text<E>::of(of.value, of.name)); });
    }
    static std::vector<std::string_view> names() {
        std::vector<std::string_view> made;
        for_each([&](E, std::string_view name) {
            if (!name.empty()) made.push_back(name);
        });
        return made;
    }
};

template <described_struct T>
struct value<T> {
    using members = boost::describe::describe_members<T, boost::describe::mod_public>;

    static std::optional<T> from_json(const boost::json::value& from, const place& at,
                                      faults& found) {
        const auto* in = detail::object_in(from, at, found);
        if (in == nullptr) return std::nullopt;
        std::optional<T> made(std::in_place);
        std::size_t met = 0;
        bool good = true;
        boost::mp11::mp_for_each<members>([&](auto each) {
            good &= detail::read_member(*in, each.name, (*made).*each.pointer, met, at, found);
        });
        if (met != in->size()) detail::unknown_members(*in, names(), at, found), good = false;
        if (!good) made.reset();
        return made;
    }
    static void write(std::string& to, const T& of) {
        to += '{';
        boost::mp11::mp_for_each<members>([&](auto each) { write_member(to, each, of); });
        to += '}';
    }
    static boost::json::object schema(schemas& into) {
        return into.component(typeid(T), schema_name<T>::get(), [&] { return object(into); });
    }
    /// Whether an object without members is one.
    static constexpr bool all_omittable() {
        bool all = true;
        boost::mp11::mp_for_each<members>([&](auto each) {
            all &= omittable<std::remove_cvref_t<decltype(std::declval<T>().*each.pointer)>>;
        });
        return all;
    }

private:
    template <class Member>
    static void write_member(std::string& to, Member each, const T& of) {
        const auto& member = of.*each.pointer;
        using kind = value<std::remove_cvref_t<decltype(member)>>;
        if constexpr (requires { kind::is_absent(member); })
            if (kind::is_absent(member)) return;
        detail::write_name(to, each.name);
        kind::write(to, member);
    }
    static std::vector<std::string_view> names() {
        std::vector<std::string_view> made;
        boost::mp11::mp_for_each<members>([&](auto each) { made.push_back(each.name); });
        return made;
    }
    static boost::json::object object(schemas& into) {
        boost::json::object properties;
        boost::json::array required;
        boost::mp11::mp_for_each<members>([&](auto each) {
            using kind = std::remove_cvref_t<decltype(std::declval<T>().*each.pointer)>;
            properties.emplace(each.name, into.of<kind>());
            if (!omittable<kind>) required.emplace_back(each.name);
        });
        boost::json::object made{{"type", "object"}, {"properties", std::move(properties)}};
        if (!required.empty()) made["required"] = std::move(required);
        made["additionalProperties"] = false;
        return made;
    }
};

}  // namespace headroom::http::typed
