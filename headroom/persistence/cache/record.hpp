// persistence/cache/record.hpp: what Redis holds under a key of the cache.
//
// A record begins with its head, a kind and a stamp that no other record has. Whoever loads a value
// remembers the head he found in its place ("" for nothing) and stores only while it is still
// there: a value that was read before an invalidation is not stored after it, whichever process
// sends what when. (The leases of R. Nishtala et al., "Scaling Memcache at Facebook", NSDI 2013,
// section 3.2.1, without a table of them in the server.) Pure.
#pragma once
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace headroom::cache {

using wall_time = std::chrono::sys_time<std::chrono::milliseconds>;

enum class record_kind : char {
    value = 'V',
    open = 'O',    ///< nothing: there was an invalidation, and what is loaded now may be stored
    barred = 'B',  ///< nothing, and nothing may be stored: the truth is being changed
};

inline constexpr std::size_t head_bytes = 9;  ///< a kind, and eight bytes of a stamp

struct record {
    record_kind kind = record_kind::open;
    std::string_view body;
    wall_time fresh_until{};
};

/// `stamp`: at random.
std::string make_record(record_kind kind, std::uint64_t stamp, wall_time fresh_until = {},
                        std::string_view body = {});

/// Points into `from`. None when that is no record.
std::optional<record> parse_record(std::string_view from);

}  // namespace headroom::cache
