// persistence/rows.hpp: what a statement answered.
#pragma once
#include <concepts>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/persistence/error.hpp"
#include "headroom/persistence/parameters.hpp"

struct pg_result;

namespace headroom::persistence {

class rows;

/// One row of a result, a view: valid while its rows are.
class row {
public:
    /// Column `index` as T: bool, std::int16_t, std::int32_t, std::int64_t, double,
    /// std::string_view (points into the result), std::string, uuid, jsonb, timestamp,
    /// std::vector<std::byte>, std::span<const std::byte> (bytea; points into the result),
    /// std::vector<std::string>, or std::optional of these. Integers widen.
    /// Throws unexpected_result on NULL, on another type, on a missing column.
    template <class T>
    T get(int index) const;
    bool is_null(int index) const;
    int columns() const noexcept;

private:
    friend class rows;
    row(const rows& of, int at) noexcept : of_(&of), at_(at) {}
    const rows* of_;
    int at_;
};

/// A result set in binary format. Move-only; owns libpq's result.
class rows {
public:
    rows() = default;
    explicit rows(pg_result* owned) : result_(owned) {}

    int size() const noexcept;
    bool empty() const noexcept { return size() == 0; }
    int columns() const noexcept;
    row operator[](int index) const;
    /// Rows an INSERT, UPDATE or DELETE touched.
    std::int64_t affected() const;
    std::string_view column_name(int index) const;
    /// Memory it takes, what libpq keeps beside the values included.
    std::size_t bytes() const noexcept;

    /// Exactly one row, as T::from(row) or, for a single column, the value itself.
    template <class T>
    T one() const;
    template <class T>
    std::optional<T> optional() const;  ///< none or one
    template <class T>
    std::vector<T> all() const;

    struct cell;  // bytes, type and format of one value; see rows.cpp
    cell cell_at(int row, int column) const;

private:
    struct clear {
        void operator()(pg_result* owned) const noexcept;
    };
    std::unique_ptr<pg_result, clear> result_;
};

/// T can be made from a row: `static T from(const row&)`.
template <class T>
concept from_row = requires(const row& each) {
    { T::from(each) } -> std::same_as<T>;
};

namespace detail {
template <class T>
T read(const row& from) {
    if constexpr (from_row<T>) return T::from(from);
    else return from.get<T>(0);
}
[[noreturn]] void wrong_count(int found, std::string_view wanted);
}  // namespace detail

template <class T>
T rows::one() const {
    if (size() != 1) detail::wrong_count(size(), "exactly one row");
    return detail::read<T>((*this)[0]);
}

template <class T>
std::optional<T> rows::optional() const {
    if (size() > 1) detail::wrong_count(size(), "at most one row");
    if (empty()) return std::nullopt;
    return detail::read<T>((*this)[0]);
}

template <class T>
std::vector<T> rows::all() const {
    std::vector<T> list;
    list.reserve(static_cast<std::size_t>(size()));
    for (int i = 0; i < size(); ++i) list.push_back(detail::read<T>((*this)[i]));
    return list;
}

}  // namespace headroom::persistence
