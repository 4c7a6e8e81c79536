// tasks/wire/argument.hpp: C++ types as arguments and results, as pydantic writes Python's.
//
// | C++ | JSON | Python |
// |---|---|---|
// | bool, integers, floating | true, 1, 2.5; NaN and infinities null | bool, int, float |
// | std::string, byte_string | "text" | str, bytes in UTF-8 |
// | std::optional | value or null | T or None |
// | vector, set, array, tuple, pair | [..] | list, set, tuple |
// | map of std::string | {..} | dict |
// | enumerations | the underlying integer | Enum |
// | described structs (Boost.Describe) | {..} | model, dataclass |
// | date_time, sys_time | "2026-01-02T03:04:05Z" | datetime |
// | year_month_day | "2026-01-02" | date |
// | durations | "PT1M30S" | timedelta |
// | value | itself | anything |
//
// Reading refuses what would lose something: a fraction for an integer, an integer out of range.
#pragma once
#include <array>
#include <boost/describe.hpp>
#include <boost/mp11.hpp>
#include <chrono>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "headroom/tasks/wire/codec_fault.hpp"
#include "headroom/tasks/wire/iso_duration.hpp"
#include "headroom/tasks/wire/iso_time.hpp"
#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

/// Specialise it for a type of your own: `static value write(const T&)` and
/// `static decoded<T> read(const value&)`.
template <class T>
struct argument;

template <class T>
value to_value(const T& from) {
    return argument<T>::write(from);
}

/// A fault says what was expected, never what was there.
template <class T>
decoded<T> from_value(const value& from) {
    return argument<T>::read(from);
}

template <>
struct argument<value> {
    static value write(const value& from) { return from; }
    static decoded<value> read(const value& from) { return from; }
};

template <class T>
    requires std::is_same_v<T, bool> || std::is_same_v<T, std::string> ||
             std::is_same_v<T, object> || std::is_same_v<T, big_integer>
struct argument<T> {
    static value write(const T& from) { return from; }
    static decoded<T> read(const value& from) {
        if (const auto* found = from.get<T>()) return *found;
        return wrong_shape(std::string(from.kind()) + " instead of " +
                           (std::is_same_v<T, bool>          ? "a boolean"
                            : std::is_same_v<T, std::string> ? "a string"
                            : std::is_same_v<T, object>      ? "an object"
                                                             : "a large integer"));
    }
};

template <std::integral T>
    requires(!std::is_same_v<T, bool>)
struct argument<T> {
    static value write(T from) {
        if constexpr (std::is_signed_v<T>) return static_cast<std::int64_t>(from);
        else return static_cast<std::uint64_t>(from);
    }
    static decoded<T> read(const value& from) {
        if (const auto* whole = from.get<std::int64_t>(); whole && std::in_range<T>(*whole))
            return static_cast<T>(*whole);
        if (from.get<std::int64_t>() || from.get<big_integer>())
            return wrong_shape("an integer out of range");
        return wrong_shape(std::string(from.kind()) + " instead of an integer");
    }
};

template <std::floating_point T>
struct argument<T> {
    static value write(T from) { return static_cast<double>(from); }
    static decoded<T> read(const value& from) {
        if (const auto* number = from.get<double>()) return static_cast<T>(*number);
        if (const auto* whole = from.get<std::int64_t>()) return static_cast<T>(*whole);
        return wrong_shape(std::string(from.kind()) + " instead of a number");
    }
};

template <class T>
    requires std::is_enum_v<T>
struct argument<T> {
    using number = std::underlying_type_t<T>;
    static value write(T from) { return to_value(static_cast<number>(from)); }
    static decoded<T> read(const value& from) {
        const auto read = from_value<number>(from);
        if (!read) return std::unexpected(read.error());
        return static_cast<T>(*read);
    }
};

template <>
struct argument<byte_string> {
    static value write(const byte_string& from) { return from; }
    static decoded<byte_string> read(const value& from) {
        if (const auto* bytes = from.get<byte_string>()) return *bytes;
        if (const auto* text = from.get<std::string>()) return byte_string{*text};
        return wrong_shape(std::string(from.kind()) + " instead of bytes");
    }
};

template <class T>
struct argument<std::optional<T>> {
    static value write(const std::optional<T>& from) { return from ? to_value(*from) : value(); }
    static decoded<std::optional<T>> read(const value& from) {
        if (from.is_null()) return std::optional<T>();
        auto read = from_value<T>(from);
        if (!read) return std::unexpected(std::move(read.error()));
        return std::optional<T>(std::move(*read));
    }
};

namespace detail {

/// Lists and sets: `put(container, element)` for each of an array's values.
template <class List, class Put>
decoded<List> read_list(const value& from, Put&& put) {
    const auto* items = from.get<array>();
    if (!items) return wrong_shape(std::string(from.kind()) + " instead of an array");
    List made;
    for (const auto& item : *items) {
        auto read = from_value<typename List::value_type>(item);
        if (!read) return std::unexpected(std::move(read.error()));
        put(made, std::move(*read));
    }
    return made;
}

template <class List>
value write_list(const List& from) {
    array made;
    for (const auto& each : from) made.push_back(to_value<typename List::value_type>(each));
    return made;
}

}  // namespace detail

template <class T>
struct argument<std::vector<T>> {
    static value write(const std::vector<T>& from) { return detail::write_list(from); }
    static decoded<std::vector<T>> read(const value& from) {
        return detail::read_list<std::vector<T>>(
            from, [](auto& list, T&& each) { list.push_back(std::move(each)); });
    }
};

template <class T>
struct argument<std::set<T>> {
    static value write(const std::set<T>& from) { return detail::write_list(from); }
    static decoded<std::set<T>> read(const value& from) {
        return detail::read_list<std::set<T>>(
            from, [](auto& set, T&& each) { set.insert(std::move(each)); });
    }
};

template <class T>
struct argument<std::map<std::string, T>> {
    static value write(const std::map<std::string, T>& from) {
        std::vector<member> members;
        for (const auto& [name, each] : from) members.push_back({name, to_value(each)});
        return object::from(std::move(members));
    }
    static decoded<std::map<std::string, T>> read(const value& from) {
        const auto* found = from.get<object>();
        if (!found) return wrong_shape(std::string(from.kind()) + " instead of an object");
        std::map<std::string, T> made;
        for (const auto& [name, each] : *found) {
            auto read = from_value<T>(each);
            if (!read) return std::unexpected(std::move(read.error()));
            made.emplace(name, std::move(*read));
        }
        return made;
    }
};

/// Arrays, pairs and tuples: as many values as they have.
template <class T>
    requires requires { std::tuple_size<T>::value; }
struct argument<T> {
    static value write(const T& from) {
        return std::apply([](const auto&... each) {
            array made;
            (made.push_back(to_value(each)), ...);
            return value(std::move(made));
        }, from);
    }
    static decoded<T> read(const value& from) {
        const auto* items = from.get<array>();
        if (!items || items->size() != std::tuple_size_v<T>)
            return wrong_shape("not an array of " + std::to_string(std::tuple_size_v<T>));
        T made{};
        std::optional<codec_fault> fault;
        boost::mp11::mp_for_each<boost::mp11::mp_iota_c<std::tuple_size_v<T>>>([&](auto at) {
            auto read = from_value<std::tuple_element_t<at, T>>((*items)[at]);
            if (read) std::get<at>(made) = std::move(*read);
            else if (!fault) fault = std::move(read.error());
        });
        if (fault) return std::unexpected(std::move(*fault));
        return made;
    }
};

template <>
struct argument<date_time> {
    static value write(const date_time& from) { return iso_date_time(from); }
    static decoded<date_time> read(const value& from) {
        if (const auto time = date_time_of(from)) return *time;
        return wrong_shape(std::string(from.kind()) + " that is no date and time");
    }
};

template <class Duration>
struct argument<std::chrono::sys_time<Duration>> {
    using time = std::chrono::sys_time<Duration>;
    static value write(const time& from) {
        return iso_date_time(in_utc(std::chrono::floor<std::chrono::microseconds>(from)));
    }
    static decoded<time> read(const value& from) {
        const auto read = from_value<date_time>(from);
        if (!read) return std::unexpected(read.error());
        return std::chrono::floor<Duration>(read->instant());
    }
};

template <>
struct argument<std::chrono::year_month_day> {
    static value write(const std::chrono::year_month_day& from) { return iso_date(from); }
    static decoded<std::chrono::year_month_day> read(const value& from) {
        const auto* text = from.get<std::string>();
        if (const auto date = text ? parse_date(*text) : std::nullopt) return *date;
        return wrong_shape(std::string(from.kind()) + " that is no date");
    }
};

template <class Rep, class Period>
struct argument<std::chrono::duration<Rep, Period>> {
    using span = std::chrono::duration<Rep, Period>;
    static value write(const span& from) {
        return iso_duration(std::chrono::duration_cast<std::chrono::microseconds>(from));
    }
    static decoded<span> read(const value& from) {
        const auto* text = from.get<std::string>();
        if (const auto read = text ? parse_duration(*text) : std::nullopt)
            return std::chrono::duration_cast<span>(*read);
        const auto seconds = text ? decoded<double>(wrong_shape("a text that is no duration"))
                                  : from_value<double>(from);
        if (!seconds) return std::unexpected(seconds.error());
        static constexpr double most = std::chrono::duration<double>(duration_max).count();
        if (!(std::abs(*seconds) <= most)) return wrong_shape("a duration out of range");
        return std::chrono::duration_cast<span>(std::chrono::duration<double>(*seconds));
    }
};

/// A missing member is a fault unless it is an optional; members nobody knows are passed over.
template <class T>
    requires boost::describe::has_describe_members<T>::value
struct argument<T> {
    using members = boost::describe::describe_members<T, boost::describe::mod_public>;
    static value write(const T& from) {
        std::vector<member> made;
        boost::mp11::mp_for_each<members>([&](auto each) {
            made.push_back({each.name, to_value(from.*each.pointer)});
        });
        return object::from(std::move(made));
    }
    static decoded<T> read(const value& from) {
        const auto* found = from.get<object>();
        if (!found) return wrong_shape(std::string(from.kind()) + " instead of an object");
        T made{};
        std::optional<codec_fault> fault;
        boost::mp11::mp_for_each<members>([&](auto each) {
            using kind = std::remove_reference_t<decltype(made.*each.pointer)>;
            const auto* part = found->find(each.name);
            auto read = from_value<kind>(part ? *part : value());
            if (read) made.*each.pointer = std::move(*read);
            else if (!fault)
                fault = codec_fault{read.error().kind, each.name + (": " + read.error().what), 0};
        });
        if (fault) return std::unexpected(std::move(*fault));
        return made;
    }
};

}  // namespace headroom::tasks
