#include "headroom/persistence/rows.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <bit>
#include <boost/endian/conversion.hpp>
#include <charconv>
#include <cstring>

#include "headroom/persistence/detail/catalog_types.hpp"
#include "headroom/persistence/detail/cell.hpp"

namespace headroom::persistence {
namespace {

using cell = rows::cell;

using detail::postgres_epoch;
namespace oid = detail::oid;

[[noreturn]] void wrong_type(const cell& from, std::string_view wanted) {
    throw unexpected_result(
        fmt::format("column {} has type {}, read as {}", from.column, from.type, wanted));
}

template <class Integer>
Integer big(const cell& from, std::string_view wanted) {
    if (!from.binary || from.bytes.size() != sizeof(Integer)) wrong_type(from, wanted);
    Integer value;
    from.bytes.copy(reinterpret_cast<char*>(&value), sizeof value);
    return boost::endian::big_to_native(value);
}

bool is_text(unsigned type) {
    switch (type) {
        case oid::text: case oid::varchar: case oid::bpchar: case oid::name: case oid::json:
        case oid::unknown: case oid::one_char: return true;
        default: return type >= oid::first_user_defined;
    }
}

// Widens; a value that does not fit is never cut.
std::int64_t integer(const cell& from, std::size_t bytes_max, std::string_view wanted) {
    if (from.bytes.size() > bytes_max) wrong_type(from, wanted);
    switch (from.type) {
        case oid::int2: return big<std::int16_t>(from, wanted);
        case oid::int4: return big<std::int32_t>(from, wanted);
        case oid::int8: case oid::xid8: return big<std::int64_t>(from, wanted);
        case oid::oid: case oid::xid:
            if (bytes_max < sizeof(std::int64_t)) wrong_type(from, wanted);
            return big<std::uint32_t>(from, wanted);
        default: wrong_type(from, wanted);
    }
}

template <class T>
T decode(const cell& from);

template <>
bool decode<bool>(const cell& from) {
    if (from.type != oid::boolean || from.bytes.size() != 1) wrong_type(from, "bool");
    return from.bytes[0] != 0;
}
template <>
std::int16_t decode<std::int16_t>(const cell& from) {
    return static_cast<std::int16_t>(integer(from, sizeof(std::int16_t), "int16"));
}
template <>
std::int32_t decode<std::int32_t>(const cell& from) {
    return static_cast<std::int32_t>(integer(from, sizeof(std::int32_t), "int32"));
}
template <>
std::int64_t decode<std::int64_t>(const cell& from) {
    return integer(from, sizeof(std::int64_t), "int64");
}
template <>
double decode<double>(const cell& from) {
    if (from.type == oid::float4) return std::bit_cast<float>(big<std::uint32_t>(from, "double"));
    if (from.type != oid::float8) wrong_type(from, "double");
    return std::bit_cast<double>(big<std::uint64_t>(from, "double"));
}
template <>
std::string_view decode<std::string_view>(const cell& from) {
    if (!is_text(from.type)) wrong_type(from, "text");
    return from.bytes;
}
template <>
std::string decode<std::string>(const cell& from) {
    return std::string(decode<std::string_view>(from));
}
template <>
uuid decode<uuid>(const cell& from) {
    uuid value;
    if (from.type != oid::uuid || from.bytes.size() != value.bytes.size()) wrong_type(from, "uuid");
    std::memcpy(value.bytes.data(), from.bytes.data(), value.bytes.size());
    return value;
}
template <>
jsonb decode<jsonb>(const cell& from) {
    if (from.type == oid::json) return jsonb{std::string(from.bytes)};
    if (from.type != oid::jsonb || from.bytes.empty() || from.bytes[0] != 1)
        wrong_type(from, "jsonb");
    return jsonb{std::string(from.bytes.substr(1))};
}
template <>
timestamp decode<timestamp>(const cell& from) {
    if (from.type != oid::timestamptz) wrong_type(from, "timestamp");
    const std::chrono::microseconds since(big<std::int64_t>(from, "timestamp"));
    if (since.count() > INT64_MAX - postgres_epoch.count()) wrong_type(from, "finite timestamp");
    return timestamp(since + postgres_epoch);
}
template <>
std::span<const std::byte> decode<std::span<const std::byte>>(const cell& from) {
    if (from.type != oid::bytea) wrong_type(from, "bytea");
    return {reinterpret_cast<const std::byte*>(from.bytes.data()), from.bytes.size()};
}
template <>
std::vector<std::byte> decode<std::vector<std::byte>>(const cell& from) {
    const auto bytes = decode<std::span<const std::byte>>(from);
    return {bytes.begin(), bytes.end()};
}

// Reads the next four bytes and steps over them.
std::int32_t next(const cell& from, std::size_t& at) {
    std::int32_t value = 0;
    if (from.bytes.size() - at < sizeof value) wrong_type(from, "text[]");
    std::memcpy(&value, from.bytes.data() + at, sizeof value);
    at += sizeof value;
    return boost::endian::big_to_native(value);
}

template <>
std::vector<std::string> decode<std::vector<std::string>>(const cell& from) {
    const bool texts = from.type == oid::text_array || from.type == oid::varchar_array ||
                       from.type == oid::name_array;
    if (!texts) wrong_type(from, "text[]");
    std::size_t at = 0;
    const auto dimensions = next(from, at);
    if (dimensions == 0) return {};
    if (dimensions != 1) wrong_type(from, "text[] of one dimension");
    at += 2 * sizeof(std::int32_t);  // has-nulls, element type
    const auto size = next(from, at);
    at += sizeof(std::int32_t);  // lower bound
    std::vector<std::string> list;
    for (std::int32_t i = 0; i < size; ++i) {
        const auto length = next(from, at);
        if (length < 0) wrong_type(from, "text[] without NULL");
        if (from.bytes.size() - at < static_cast<std::size_t>(length)) wrong_type(from, "text[]");
        list.emplace_back(from.bytes.substr(at, static_cast<std::size_t>(length)));
        at += static_cast<std::size_t>(length);
    }
    return list;
}

template <class T>
struct reader {
    static T read(const cell& from) {
        if (from.null)
            throw unexpected_result(fmt::format("column {} is NULL", from.column));
        return decode<T>(from);
    }
};
template <class T>
struct reader<std::optional<T>> {
    static std::optional<T> read(const cell& from) {
        if (from.null) return std::nullopt;
        return decode<T>(from);
    }
};

}  // namespace

// ---- row ----

template <class T>
T row::get(int index) const {
    return reader<T>::read(of_->cell_at(at_, index));
}

#define HEADROOM_READABLE(...)                               \
    template __VA_ARGS__ row::get<__VA_ARGS__>(int) const;   \
    template std::optional<__VA_ARGS__> row::get<std::optional<__VA_ARGS__>>(int) const;
HEADROOM_READABLE(bool)
HEADROOM_READABLE(std::int16_t)
HEADROOM_READABLE(std::int32_t)
HEADROOM_READABLE(std::int64_t)
HEADROOM_READABLE(double)
HEADROOM_READABLE(std::string_view)
HEADROOM_READABLE(std::string)
HEADROOM_READABLE(uuid)
HEADROOM_READABLE(jsonb)
HEADROOM_READABLE(timestamp)
HEADROOM_READABLE(std::vector<std::byte>)
HEADROOM_READABLE(std::span<const std::byte>)
HEADROOM_READABLE(std::vector<std::string>)
#undef HEADROOM_READABLE

bool row::is_null(int index) const { return of_->cell_at(at_, index).null; }

int row::columns() const noexcept { return of_->columns(); }

// ---- rows ----

void rows::clear::operator()(pg_result* owned) const noexcept { PQclear(owned); }

int rows::size() const noexcept { return result_ ? PQntuples(result_.get()) : 0; }

int rows::columns() const noexcept { return result_ ? PQnfields(result_.get()) : 0; }

row rows::operator[](int index) const {
    if (index < 0 || index >= size())
        throw unexpected_result(fmt::format("row {} of {} was asked for", index, size()));
    return row(*this, index);
}

std::int64_t rows::affected() const {
    const std::string_view digits = result_ ? PQcmdTuples(result_.get()) : "";
    std::int64_t count = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), count);
    return count;
}

std::string_view rows::column_name(int index) const {
    const char* name = result_ ? PQfname(result_.get(), index) : nullptr;
    if (name == nullptr) throw unexpected_result(fmt::format("there is no column {}", index));
    return name;
}

std::size_t rows::bytes() const noexcept {
    return result_ ? PQresultMemorySize(result_.get()) : 0;
}

rows::cell rows::cell_at(int row, int column) const {
    const PGresult* from = result_.get();
    if (column < 0 || column >= columns() || row < 0 || row >= size())
        throw unexpected_result(fmt::format("there is no column {}", column));
    cell value;
    value.type = PQftype(from, column);
    value.column = column;
    value.null = PQgetisnull(from, row, column) != 0;
    value.binary = PQfformat(from, column) == 1;
    value.bytes = {PQgetvalue(from, row, column),
                   static_cast<std::size_t>(PQgetlength(from, row, column))};
    return value;
}

void detail::wrong_count(int found, std::string_view wanted) {
    throw unexpected_result(fmt::format("{} rows instead of {}", found, wanted));
}

}  // namespace headroom::persistence
