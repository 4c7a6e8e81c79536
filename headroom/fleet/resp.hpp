// fleet/resp.hpp: Redis' answers (RESP2), read within bounds as their bytes arrive. Sans I/O.
#pragma once
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::fleet {

inline constexpr std::size_t resp_line_max = 64 << 10;  ///< bytes of a line
inline constexpr std::size_t resp_bulk_max = 16 << 20;  ///< bytes of one text
inline constexpr std::size_t resp_items_max = 100'000;  ///< of one answer, nested ones included
inline constexpr unsigned resp_depth_max = 8;

struct resp_value {
    enum class kind { text, error, number, nothing, list };
    kind is = kind::nothing;
    std::string text;  ///< of a text or an error
    std::int64_t number = 0;
    std::vector<resp_value> items;
};

/// Bytes that are no answer, or one beyond the bounds. The connection is of no use any more.
class resp_broken : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// Collects bytes and hands out whole answers in their order. After an exception it is spent.
class resp_reader {
public:
    void feed(std::string_view bytes) { buffer_.append(bytes); }
    /// The next whole answer, or nothing until more bytes have come. Throws resp_broken.
    std::optional<resp_value> next();

private:
    std::string buffer_;
};

/// One command as Redis takes it: an array of texts.
std::string resp_command(const std::vector<std::string_view>& words);

}  // namespace headroom::fleet
