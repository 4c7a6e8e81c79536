// tasks/wire/value.hpp: what a task's arguments, labels and results are made of, without loss.
//
// JSON as Python knows it: integers of any size, members in the order they were written, and texts
// that may hold a lone surrogate. Boost.JSON has none of the three, and what is lost in one process
// of a queue is missing in the next.
//
// Texts are WTF-8: UTF-8 in which half of a surrogate pair, which Python may send alone, stands as
// its three bytes. Two halves that follow each other are always the character they make together.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace headroom::tasks {

class value;
struct member;
using array = std::vector<value>;

/// An integer beyond std::int64_t, as its decimal digits without leading zeros.
class big_integer {
public:
    /// Nothing unless `digits` is canonical, beyond std::int64_t and at most integer_digits_max.
    static std::optional<big_integer> from(std::string digits);
    const std::string& digits() const noexcept { return digits_; }
    bool operator==(const big_integer&) const = default;

private:
    explicit big_integer(std::string digits) : digits_(std::move(digits)) {}
    std::string digits_;
};

/// Bytes that are no text: a label of code 6. JSON has none, see to_json().
struct byte_string {
    std::string octets;
    bool operator==(const byte_string&) const = default;
};

/// Names and values in the order they were written; each name once. Looking one up is linear.
class object {
public:
    object();
    object(std::initializer_list<member> members);
    object(const object&);
    object(object&&) noexcept;
    object& operator=(const object&);
    object& operator=(object&&) noexcept;
    ~object();
    /// Of a name that comes twice the last value counts, at the place of the first, as in Python.
    static object from(std::vector<member> members);

    const value* find(std::string_view name) const noexcept;
    value* find(std::string_view name) noexcept;
    value& set(std::string_view name, value is);  ///< replaces, or appends; returns what stands
    bool erase(std::string_view name);
    std::size_t size() const noexcept;
    bool empty() const noexcept { return size() == 0; }
    const member* begin() const noexcept;
    const member* end() const noexcept;
    bool operator==(const object&) const;  ///< the same members in the same order

private:
    std::vector<member> members_;
};

/// One value. A value type: copies are deep, moves are cheap. Not for use by two threads at once.
class value {
public:
    value() = default;
    value(std::nullptr_t) {}
    value(bool is) : is_(is) {}
    value(int is) : is_(std::int64_t{is}) {}
    value(std::int64_t is) : is_(is) {}
    value(std::uint64_t is);
    value(double is) : is_(is) {}
    value(const char* text) : is_(std::string(text)) {}
    value(std::string_view text) : is_(std::string(text)) {}
    value(std::string text) : is_(std::move(text)) {}
    value(big_integer is) : is_(std::move(is)) {}
    value(byte_string is) : is_(std::move(is)) {}
    value(array is) : is_(std::move(is)) {}
    value(object is) : is_(std::move(is)) {}

    bool is_null() const noexcept { return std::holds_alternative<std::monostate>(is_); }
    /// The value if it is of this kind, else nullptr: get<std::string>(), get<object>() ...
    template <class T>
    const T* get() const noexcept {
        return std::get_if<T>(&is_);
    }
    template <class T>
    T* get() noexcept {
        return std::get_if<T>(&is_);
    }
    template <class Visitor>
    decltype(auto) visit(Visitor&& visitor) const {
        return std::visit(std::forward<Visitor>(visitor), is_);
    }
    bool operator==(const value&) const;

    /// "null", "a boolean", "an integer" ...: for a fault's text.
    std::string_view kind() const noexcept;

private:
    std::variant<std::monostate, bool, std::int64_t, double, std::string, big_integer, byte_string,
                 array, object>
        is_;
};

struct member {
    std::string name;
    value is;
    bool operator==(const member&) const;
};

/// The integer of these canonical decimal digits ("-12", "0"), whatever its size; nothing if they
/// are none or more than integer_digits_max.
std::optional<value> integer_from(std::string_view digits);

}  // namespace headroom::tasks
