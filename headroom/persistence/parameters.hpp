// persistence/parameters.hpp: the values of a statement's $1.., in PostgreSQL's binary format.
#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::persistence {

/// 16 bytes, network order.
struct uuid {
    std::array<std::uint8_t, 16> bytes{};
    auto operator<=>(const uuid&) const = default;
};

/// JSON text bound as jsonb.
struct jsonb {
    std::string text;
    bool operator==(const jsonb&) const = default;
};

/// Microseconds since the Unix epoch, UTC; bound as timestamptz.
using timestamp = std::chrono::sys_time<std::chrono::microseconds>;

/// An encoded argument list. Copyable value; owns its bytes. At most parameters::count_max values
/// of bytes_max bytes in all, else std::length_error. A text with a zero byte, which PostgreSQL
/// cannot hold, is std::invalid_argument.
class parameters {
public:
    static constexpr std::size_t count_max = 1024;
    static constexpr std::size_t bytes_max = 16 * 1024 * 1024;

    parameters() = default;
    template <class... Values>
    static parameters of(const Values&... values) {
        parameters list;
        (list.add(values), ...);
        return list;
    }

    void add(bool value);
    void add(std::int16_t value);
    void add(std::int32_t value);
    void add(std::int64_t value);
    void add(double value);
    void add(std::string_view value);  ///< text; type left to the server (varchar, text, enum)
    void add(const char* value) { add(std::string_view(value)); }
    void add(const std::string& value) { add(std::string_view(value)); }
    void add(std::span<const std::byte> value);  ///< bytea
    void add(const uuid& value);
    void add(const jsonb& value);
    void add(timestamp value);
    void add(std::span<const std::int64_t> value);  ///< bigint[]
    void add(std::span<const std::string> value);   ///< text[]
    void add(std::span<const std::string_view> value);
    void add(std::span<const uuid> value);
    void add(std::span<const jsonb> value);
    void add(std::span<const std::span<const std::byte>> value);  ///< bytea[]
    void add(std::nullopt_t) { add_null(); }
    template <class T>
    void add(const std::optional<T>& value) {
        value ? add(*value) : add_null();
    }

    int count() const noexcept { return static_cast<int>(slots_.size()); }
    /// The arrays PQsendQueryParams and PQsendQueryPrepared take; valid until the next add().
    struct arrays {
        std::vector<const char*> values;
        std::vector<int> lengths, formats;
        std::vector<unsigned> types;  // Oid; 0 = server decides
    };
    void fill(arrays& out) const;

private:
    struct slot {
        std::uint32_t offset = 0;
        std::int32_t length = 0;  // -1: NULL
        std::uint32_t type = 0;
        bool binary = true;
    };
    void add_null();
    void add_bytes(const void* data, std::size_t size, unsigned type, bool binary);

    std::string bytes_;
    std::vector<slot> slots_;
};

}  // namespace headroom::persistence
