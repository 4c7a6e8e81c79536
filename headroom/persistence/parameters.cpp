#include "headroom/persistence/parameters.hpp"

#include <algorithm>
#include <bit>
#include <boost/endian/conversion.hpp>
#include <cstring>
#include <stdexcept>

#include "headroom/persistence/detail/catalog_types.hpp"

namespace headroom::persistence {
namespace {

using detail::postgres_epoch;
namespace oid = detail::oid;

template <class Integer>
void append(std::string& to, Integer value) {
    const auto wire = boost::endian::native_to_big(value);
    to.append(reinterpret_cast<const char*>(&wire), sizeof wire);
}

// One dimension, lower bound 1; an empty array has no dimension at all (array_send in
// arrayfuncs.c).
std::string array_header(unsigned element, std::size_t size) {
    std::string wire;
    append<std::int32_t>(wire, size == 0 ? 0 : 1);
    append<std::int32_t>(wire, 0);
    append<std::uint32_t>(wire, element);
    if (size == 0) return wire;
    append(wire, static_cast<std::int32_t>(size));
    append<std::int32_t>(wire, 1);
    return wire;
}

// An element: its length, then its bytes, here in two parts.
void append_element(std::string& to, std::string_view head, std::string_view rest) {
    if (rest.size() > parameters::bytes_max - std::min(to.size(), parameters::bytes_max))
        throw std::length_error("parameters are too large");
    append(to, static_cast<std::int32_t>(head.size() + rest.size()));
    to.append(head).append(rest);
}

template <class Texts>
std::string text_array(const Texts& of) {
    std::string wire = array_header(oid::text, of.size());
    for (const auto& each : of) append_element(wire, {}, each);
    return wire;
}

std::string_view bytes_of(const void* data, std::size_t size) {
    return {static_cast<const char*>(data), size};
}

}  // namespace

void parameters::add_bytes(const void* data, std::size_t size, unsigned type, bool binary) {
    if (slots_.size() >= count_max) throw std::length_error("a statement has too many parameters");
    if (size > bytes_max - bytes_.size()) throw std::length_error("parameters are too large");
    slots_.push_back({static_cast<std::uint32_t>(bytes_.size()), static_cast<std::int32_t>(size),
                      type, binary});
    bytes_.append(static_cast<const char*>(data), size);
}

void parameters::add_null() {
    if (slots_.size() >= count_max) throw std::length_error("a statement has too many parameters");
    slots_.push_back({0, -1, 0, true});
}

void parameters::add(bool value) {
    const char byte = value ? 1 : 0;
    add_bytes(&byte, 1, oid::boolean, true);
}

void parameters::add(std::int16_t value) {
    const auto wire = boost::endian::native_to_big(value);
    add_bytes(&wire, sizeof wire, oid::int2, true);
}

void parameters::add(std::int32_t value) {
    const auto wire = boost::endian::native_to_big(value);
    add_bytes(&wire, sizeof wire, oid::int4, true);
}

void parameters::add(std::int64_t value) {
    const auto wire = boost::endian::native_to_big(value);
    add_bytes(&wire, sizeof wire, oid::int8, true);
}

void parameters::add(double value) {
    const auto wire = boost::endian::native_to_big(std::bit_cast<std::uint64_t>(value));
    add_bytes(&wire, sizeof wire, oid::float8, true);
}

void parameters::add(std::string_view value) {
    if (value.find('\0') != std::string_view::npos)
        throw std::invalid_argument("a text parameter holds a zero byte");
    if (value.size() >= bytes_max - bytes_.size())
        throw std::length_error("parameters are too large");
    add_bytes(value.data(), value.size(), 0, false);
    bytes_.push_back('\0');  // libpq measures text parameters itself
}

void parameters::add(std::span<const std::byte> value) {
    add_bytes(value.data(), value.size(), oid::bytea, true);
}

void parameters::add(const uuid& value) {
    add_bytes(value.bytes.data(), value.bytes.size(), oid::uuid, true);
}

void parameters::add(const jsonb& value) {
    constexpr char version = 1;  // jsonb_recv knows no other
    add_bytes(&version, 1, oid::jsonb, true);
    if (value.text.size() > bytes_max - bytes_.size())
        throw std::length_error("parameters are too large");
    bytes_.append(value.text);
    slots_.back().length += static_cast<std::int32_t>(value.text.size());
}

void parameters::add(timestamp value) {
    std::int64_t since = 0;
    const std::int64_t unix = value.time_since_epoch().count();
    if (__builtin_sub_overflow(unix, postgres_epoch.count(), &since))
        throw std::out_of_range("a timestamp lies outside PostgreSQL's range");
    const auto wire = boost::endian::native_to_big(since);
    add_bytes(&wire, sizeof wire, oid::timestamptz, true);
}

void parameters::add(std::span<const std::int64_t> value) {
    std::string wire = array_header(oid::int8, value.size());
    for (const auto each : value) {
        append<std::int32_t>(wire, sizeof each);
        append(wire, each);
    }
    add_bytes(wire.data(), wire.size(), oid::int8_array, true);
}

void parameters::add(std::span<const std::string> value) {
    const auto wire = text_array(value);
    add_bytes(wire.data(), wire.size(), oid::text_array, true);
}

void parameters::add(std::span<const std::string_view> value) {
    const auto wire = text_array(value);
    add_bytes(wire.data(), wire.size(), oid::text_array, true);
}

void parameters::add(std::span<const uuid> value) {
    std::string wire = array_header(oid::uuid, value.size());
    for (const auto& each : value)
        append_element(wire, {}, bytes_of(each.bytes.data(), each.bytes.size()));
    add_bytes(wire.data(), wire.size(), oid::uuid_array, true);
}

void parameters::add(std::span<const jsonb> value) {
    std::string wire = array_header(oid::jsonb, value.size());
    for (const auto& each : value) append_element(wire, "\1", each.text);
    add_bytes(wire.data(), wire.size(), oid::jsonb_array, true);
}

void parameters::add(std::span<const std::span<const std::byte>> value) {
    std::string wire = array_header(oid::bytea, value.size());
    for (const auto& each : value) append_element(wire, {}, bytes_of(each.data(), each.size()));
    add_bytes(wire.data(), wire.size(), oid::bytea_array, true);
}

void parameters::fill(arrays& out) const {
    out.values.resize(slots_.size());
    out.lengths.resize(slots_.size());
    out.formats.resize(slots_.size());
    out.types.resize(slots_.size());
    for (std::size_t i = 0; i < slots_.size(); ++i) {
        const slot& each = slots_[i];
        out.values[i] = each.length < 0 ? nullptr : bytes_.data() + each.offset;
        out.lengths[i] = std::max(each.length, 0);
        out.formats[i] = each.binary ? 1 : 0;
        out.types[i] = each.type;
    }
}

}  // namespace headroom::persistence
