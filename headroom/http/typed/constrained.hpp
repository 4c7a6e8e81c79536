// http/typed/constrained.hpp: types that hold only what is allowed, and say so in OpenAPI.
//
//     bounded<int, 1, 100>      a number from 1 to 100
//     text<1, 255>              1 to 255 characters
//     text<1, 63, "[a-z0-9-]+"> and all of them by a pattern
//     list<item, 1, 10>         1 to 10 items
//     or_else<bounded<int, 1, 100>, 20>, or_else<std::string, fixed_text("any")>   a default
#pragma once
#include <memory>

#include "headroom/http/typed/containers.hpp"
#include "headroom/http/typed/fixed_text.hpp"

namespace headroom::http::typed {

/// A regular expression that has to fit the whole text; one of Boost.Regex's Perl syntax that is
/// one of ECMA 262's too, as JSON Schema wants it. Made once, used from every thread.
class pattern {
public:
    explicit pattern(std::string_view expression);
    ~pattern();
    pattern(const pattern&) = delete;
    pattern& operator=(const pattern&) = delete;
    bool fits(std::string_view text) const;

private:
    struct compiled;
    const std::unique_ptr<const compiled> is_;
};

/// Its least value where nobody set it.
template <class T, T Least, T Most>
struct bounded {
    static_assert(Least <= Most);
    T is = Least;
    constexpr operator T() const noexcept { return is; }  // NOLINT(google-explicit-constructor)
};

/// Lengths count characters, as JSON Schema does. Empty where nobody set it.
template <std::size_t Least, std::size_t Most, fixed_text Pattern = "">
struct text {
    static_assert(Least <= Most);
    std::string is;
    operator const std::string&() const& noexcept { return is; }  // NOLINT(*-explicit-constructor)
    operator std::string() && noexcept { return std::move(is); }  // NOLINT(*-explicit-constructor)
};

template <class T, std::size_t Least, std::size_t Most>
struct list {
    static_assert(Least <= Most);
    std::vector<T> is;
    auto begin() const noexcept { return is.begin(); }
    auto end() const noexcept { return is.end(); }
    std::size_t size() const noexcept { return is.size(); }
};

/// What stands for a value that was not given, or is null.
template <class T, auto Default>
struct or_else {
    T is = made();
    constexpr const T& operator*() const noexcept { return is; }
    constexpr const T* operator->() const noexcept { return &is; }

    static constexpr T made() {
        if constexpr (requires { Default.view(); }) return T{std::string(Default.view())};
        else return T{Default};
    }
};

namespace detail {

bool is_within(std::string_view text, std::size_t least, std::size_t most, const place& at,
               faults& found);
bool is_within(std::size_t items, std::size_t least, std::size_t most, const place& at,
               faults& found);
bool fits(const pattern& shape, std::string_view text, std::string_view expression,
          const place& at, faults& found);
/// "^(?:EXPRESSION)$"
std::string anchored(std::string_view expression);
void out_of_bounds(std::string least, std::string most, const place& at, faults& found);

}  // namespace detail

template <class T, T Least, T Most>
struct value<bounded<T, Least, Most>> {
    using kind = bounded<T, Least, Most>;

    static std::optional<kind> from_json(const boost::json::value& from, const place& at,
                                         faults& found) {
        if constexpr (whole_number<T>) return narrowed(detail::whole_in(from, within(), at, found));
        else return checked(value<T>::from_json(from, at, found), at, found);
    }
    static std::optional<kind> from_text(std::string_view from, const place& at, faults& found) {
        if constexpr (whole_number<T>) return narrowed(detail::whole_in(from, within(), at, found));
        else return checked(value<T>::from_text(from, at, found), at, found);
    }
    static void write(std::string& to, const kind& of) { value<T>::write(to, of.is); }
    static boost::json::object schema(schemas& into) {
        auto made = into.of<T>();
        if (Least != std::numeric_limits<T>::lowest()) made["minimum"] = Least;
        if (Most != std::numeric_limits<T>::max()) made["maximum"] = Most;
        return made;
    }

private:
    static constexpr whole_bounds within() {
        return {static_cast<std::int64_t>(Least), static_cast<std::uint64_t>(Most), Most < T{}};
    }
    static std::optional<kind> narrowed(std::optional<std::uint64_t> bits) {
        if (!bits) return std::nullopt;
        return kind{static_cast<T>(*bits)};
    }
    static std::optional<kind> checked(std::optional<T> read, const place& at, faults& found) {
        if (!read) return std::nullopt;
        if (*read >= Least && *read <= Most) return kind{*read};
        detail::out_of_bounds(to_json_text(Least), to_json_text(Most), at, found);
        return std::nullopt;
    }
};

template <std::size_t Least, std::size_t Most, fixed_text Pattern>
struct value<text<Least, Most, Pattern>> {
    using kind = text<Least, Most, Pattern>;

    static std::optional<kind> from_json(const boost::json::value& from, const place& at,
                                         faults& found) {
        return detail::by_text<kind>(from, at, found);
    }
    static std::optional<kind> from_text(std::string_view from, const place& at, faults& found) {
        if (!detail::is_within(from, Least, Most, at, found)) return std::nullopt;
        if constexpr (!Pattern.view().empty()) {
            static const pattern shape(Pattern.view());
            if (!detail::fits(shape, from, Pattern.view(), at, found)) return std::nullopt;
        }
        return kind{std::string(from)};
    }
    static void write(std::string& to, const kind& of) { value<std::string>::write(to, of.is); }
    static boost::json::object schema(schemas&) {
        boost::json::object made{{"type", "string"}, {"minLength", Least}, {"maxLength", Most}};
        if (!Pattern.view().empty()) made["pattern"] = detail::anchored(Pattern.view());
        return made;
    }
};

template <class T, std::size_t Least, std::size_t Most>
struct value<list<T, Least, Most>> {
    using kind = list<T, Least, Most>;

    static std::optional<kind> from_json(const boost::json::value& from, const place& at,
                                         faults& found) {
        const auto* all = detail::array_in(from, at, found);
        if (all == nullptr || !detail::is_within(all->size(), Least, Most, at, found))
            return std::nullopt;
        return wrapped(detail::elements_in<T>(from, at, found));
    }
    static std::optional<kind> from_texts(std::span<const std::string> from, const place& at,
                                          faults& found)
        requires textual<T>
    {
        if (!detail::is_within(from.size(), Least, Most, at, found)) return std::nullopt;
        return wrapped(detail::elements_in<T>(from, at, found));
    }
    static void write(std::string& to, const kind& of) { detail::write_elements(to, of.is); }
    static boost::json::object schema(schemas& into) {
        return {{"type", "array"},
                {"items", into.of<T>()},
                {"minItems", Least},
                {"maxItems", Most}};
    }

private:
    static std::optional<kind> wrapped(std::optional<std::vector<T>> read) {
        if (!read) return std::nullopt;
        return kind{*std::move(read)};
    }
};

template <class T, auto Default>
struct value<or_else<T, Default>> {
    using kind = or_else<T, Default>;

    static kind when_absent() { return {}; }
    static std::optional<kind> from_json(const boost::json::value& from, const place& at,
                                         faults& found) {
        return wrapped(value<T>::from_json(from, at, found));
    }
    static std::optional<kind> from_text(std::string_view from, const place& at, faults& found)
        requires textual<T>
    {
        return wrapped(value<T>::from_text(from, at, found));
    }
    static void write(std::string& to, const kind& of) { value<T>::write(to, of.is); }
    static boost::json::object schema(schemas& into);
    static boost::json::object text_schema(schemas& into);

private:
    static std::optional<kind> wrapped(std::optional<T> read) {
        if (!read) return std::nullopt;
        return kind{*std::move(read)};
    }
};

namespace detail {
boost::json::object with_default(boost::json::object schema, std::string_view json);
}  // namespace detail

template <class T, auto Default>
boost::json::object value<or_else<T, Default>>::schema(schemas& into) {
    return detail::with_default(or_null(into.of<T>()), to_json_text(kind::made()));
}

template <class T, auto Default>
boost::json::object value<or_else<T, Default>>::text_schema(schemas& into) {
    return detail::with_default(into.of<T>(), to_json_text(kind::made()));
}

}  // namespace headroom::http::typed
